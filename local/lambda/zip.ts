import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A file of a zip archive: its path with `/` separators and its content. */
export interface ZipEntry {
  readonly path: string;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** 1 January 1980, the earliest date a zip can hold: archives of equal content are equal. */
const FIXED_DOS_DATE = 0x21;

/**
 * Reads the files of a zip archive (stored or deflated, no zip64, no encryption).
 * Throws `Error` when the bytes are no such archive, when a path leaves the archive, or when the unpacked size exceeds `limit` bytes.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readZip(bytes: Uint8Array, limit = Number.POSITIVE_INFINITY): ZipEntry[] {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let unpacked = 0;
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('The central directory of the archive is damaged');
    const nameLength = zip.readUInt16LE(at + 28);
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength);
    unpacked += zip.readUInt32LE(at + 24);
    if (unpacked > limit) throw new RangeError(`The archive unpacks to more than ${limit} bytes`);
    if (!path.endsWith('/')) entries.push(readEntry(zip, at, safe(path)));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(zip: Buffer): number {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 22 - 0xffff); at--) {
    if (zip.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error('No zip archive: the end of the central directory is missing');
}

function safe(path: string): string {
  if (path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')) {
    throw new Error(`The archive contains a path outside itself: ${path}`);
  }
  return path;
}

function readEntry(zip: Buffer, at: number, path: string): ZipEntry {
  const method = zip.readUInt16LE(at + 10);
  const packedSize = zip.readUInt32LE(at + 20);
  const size = zip.readUInt32LE(at + 24);
  const mode = zip.readUInt32LE(at + 38) >>> 16;
  const local = zip.readUInt32LE(at + 42);
  if (zip.readUInt32LE(local) !== LOCAL_ENTRY) throw new Error(`The archive is damaged at ${path}`);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + packedSize);
  const data = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  if (crc32(data) !== zip.readUInt32LE(at + 16)) throw new Error(`The checksum of ${path} is wrong`);
  return { path, data, executable: (mode & 0o111) !== 0 };
}

/**
 * Packs files into a zip archive; equal files give equal bytes. For inline code (`Code.ZipFile` of a template) and tests.
 */
export function writeZip(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(FIXED_DOS_DATE, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(0o100644 * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    const local = Buffer.concat([word(LOCAL_ENTRY), common, name, packed]);
    directory.push(word(DIRECTORY_ENTRY), Buffer.from([20, 3]), common, rest, name);
    locals.push(local);
    offset += local.length;
  }
  const tail = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  const count = locals.length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(tail.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, tail, word(END_OF_DIRECTORY), end]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
