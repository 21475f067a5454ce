/** Header names and how the file is split. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
export interface DelimitedFormat {
  /** Without it the first row is the header. */
  readonly headers?: readonly string[];
  readonly delimiter?: string;
}

const DELIMITERS: Readonly<Record<string, string>> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

/**
 * The rows of a delimited text file as objects of texts. Missing fields are empty texts, fields without a header are left out, and
 * so are empty lines.
 */
export function parseDelimited(text: string, format: DelimitedFormat): Record<string, string>[] {
  const rows = rowsOf(text.replace(/^\ufeff/, ''), DELIMITERS[format.delimiter ?? 'COMMA'] ?? ',');
  const headers = format.headers ?? rows.shift() ?? [];
  return rows.map((row) => Object.fromEntries(headers.map((header, i) => [header, row[i] ?? ''])));
}

/** RFC 4180: fields in quotes may hold delimiters, line ends and doubled quotes. */
function rowsOf(text: string, delimiter: string): string[][] {
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${escaped(delimiter)}\\r\\n]*))(${escaped(delimiter)}|\\r?\\n|$)`,
    'y',
  );
  const rows: string[][] = [];
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const start = field.lastIndex;
    const match = field.exec(text);
    if (!match) throw new Error(`Malformed text at position ${start}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    const end = match[3];
    if (end === delimiter) {
      if (field.lastIndex === text.length) row.push('');
      else continue;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

function escaped(delimiter: string): string {
  return delimiter === '|' ? '\\|' : delimiter;
}
