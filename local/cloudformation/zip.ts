import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Path inside the archive, with `/`. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

/** 1980-01-01: archives of the same files are equal byte for byte. */
const DOS_DATE = 0x21;
const UTF8_NAMES = 0x800;
const DEFLATE = 8;

/**
 * A zip archive of the entries (at most 65,535, below 4 GiB).
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zipFiles(entries: readonly ZipEntry[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const packed = deflateRawSync(entry.content);
    const shared = sharedHeader(entry, name, packed);
    const head = Buffer.concat([uint32(0x04034b50), shared, name]);
    local.push(head, packed);
    const mode = (0o100644 | (entry.executable ? 0o111 : 0)) * 0x10000;
    central.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16(0x0314),
        shared,
        uint16(0),
        uint16(0),
        uint16(0),
        uint32(mode),
        uint32(offset),
        name,
      ]),
    );
    offset += head.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const count = uint16(entries.length);
  const end = Buffer.concat([
    uint32(0x06054b50),
    uint32(0),
    count,
    count,
    uint32(directory.length),
    uint32(offset),
    uint16(0),
  ]);
  return Buffer.concat([...local, directory, end]);
}

/** The part that local and central headers share, from "version needed" to "extra field length". */
function sharedHeader(entry: ZipEntry, name: Buffer, packed: Buffer): Buffer {
  return Buffer.concat([
    uint16(20),
    uint16(UTF8_NAMES),
    uint16(DEFLATE),
    uint16(0),
    uint16(DOS_DATE),
    uint32(crc32(entry.content)),
    uint32(packed.length),
    uint32(entry.content.length),
    uint16(name.length),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
