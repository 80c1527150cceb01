// Files and lines for addresses, from the line tables of an ELF file (.debug_line, DWARF 5): small
// programs for a machine that knows an address, a file and a line, and says when a row is complete.
import { BytesReader } from "./bytes-reader.ts";
import { readSections, type Section, textAt } from "./elf-sections.ts";

/** From an address up to the next row's. */
export interface LineRow {
  readonly address: number;
  /** "": nothing is known from here on. */
  readonly file: string;
  readonly line: number;
}

/** Forms of attributes (DWARF 5, 7.5.6). */
const FORM = { data2: 5, data4: 6, data8: 7, text: 8, block: 9, data1: 11, udata: 15, data16: 30 };
const FORM_LINE_TEXT = 31;
const FORM_TEXT_ELSEWHERE = 14;
/** What a column of a table of files says (6.2.4.1). */
const CONTENT = { path: 1, directory: 2 };
/** Codes below the special ones (6.2.5.2), and behind a zero byte (6.2.5.3). */
const STANDARD = { copy: 1, advanceAddress: 2, advanceLine: 3, file: 4, addConstant: 8, add: 9 };
const EXTENDED = { end: 1, address: 2 };
const VERSION = 5;
const LONG_FORM = 0xffffffff;

/** In ascending order of address; empty when the file has no line tables. */
export function readLines(elf: Buffer): LineRow[] {
  const sections = readSections(elf);
  const named = (name: string) => sections.find((section) => section.name === name);
  const lines = named(".debug_line");
  if (lines === undefined) return [];
  const texts = { line: named(".debug_line_str"), other: named(".debug_str") };
  const rows: LineRow[] = [];
  for (let at = 0; at + 4 <= lines.bytes.length; ) {
    const length = lines.bytes.readUInt32LE(at);
    // Tables of more than 4 GiB are not ours.
    if (length === LONG_FORM) break;
    const unit = lines.bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    if (unit.readUInt16LE() === VERSION) readUnit(unit, texts, rows);
  }
  return rows.sort((a, b) => a.address - b.address || a.line - b.line);
}

interface Texts {
  readonly line: Section | undefined;
  readonly other: Section | undefined;
}

function readUnit(unit: Buffer, texts: Texts, rows: LineRow[]): void {
  const reader = new BytesReader(unit, 4);
  const headerLength = reader.unsigned(4);
  const program = reader.position + headerLength;
  const step = reader.unsigned(1);
  reader.unsigned(1); // operations at a time: one on this processor
  reader.unsigned(1); // whether rows are statements at first
  const lineBase = reader.signedByte();
  const lineRange = reader.unsigned(1);
  const firstSpecial = reader.unsigned(1);
  const operands = Array.from({ length: firstSpecial - 1 }, () => reader.unsigned(1));
  const directories = readTable(reader, texts).map(({ path }) => path);
  const files = readTable(reader, texts).map(({ path, directory }) =>
    fileName(directories[directory] ?? "", path),
  );

  reader.position = program;
  let state = { address: 0, file: 1, line: 1 };
  let sequence: LineRow[] = [];
  const addRow = () => {
    const { address, line } = state;
    sequence.push({ address, file: files[state.file] ?? "", line });
  };
  const advance = (operation: number) => {
    state.address += Math.floor(operation / lineRange) * step;
  };
  while (reader.position < unit.length) {
    const code = reader.unsigned(1);
    if (code >= firstSpecial) {
      advance(code - firstSpecial);
      state.line += lineBase + ((code - firstSpecial) % lineRange);
      addRow();
    } else if (code === 0) {
      const next = reader.variable() + reader.position;
      const extended = reader.unsigned(1);
      if (extended === EXTENDED.address) state.address = reader.unsigned(8);
      if (extended === EXTENDED.end) {
        sequence.push({ address: state.address, file: "", line: 0 });
        // What was not linked begins at no address.
        if ((sequence[0]?.address ?? 0) > 0) rows.push(...sequence);
        sequence = [];
        state = { address: 0, file: 1, line: 1 };
      }
      reader.position = next;
    } else if (code === STANDARD.copy) addRow();
    else if (code === STANDARD.advanceAddress) state.address += reader.variable() * step;
    else if (code === STANDARD.advanceLine) state.line += reader.signedVariable();
    else if (code === STANDARD.file) state.file = reader.variable();
    else if (code === STANDARD.addConstant) advance(255 - firstSpecial);
    else if (code === STANDARD.add) state.address += reader.unsigned(2);
    else for (let count = operands[code - 1] ?? 0; count > 0; count--) reader.variable();
  }
}

function readTable(reader: BytesReader, texts: Texts) {
  const columns = Array.from({ length: reader.unsigned(1) }, () => {
    const content = reader.variable();
    return { content, form: reader.variable() };
  });
  return Array.from({ length: reader.variable() }, () => {
    let path = "";
    let directory = 0;
    for (const { content, form } of columns) {
      const value = readForm(reader, form, texts);
      if (content === CONTENT.path) path = String(value);
      if (content === CONTENT.directory) directory = Number(value);
    }
    return { path, directory };
  });
}

function readForm(reader: BytesReader, form: number, texts: Texts): string | number {
  const sizes = { [FORM.data1]: 1, [FORM.data2]: 2, [FORM.data4]: 4, [FORM.data8]: 8 };
  if (form === FORM.text) return reader.text();
  if (form === FORM_LINE_TEXT) return textAt(texts.line?.bytes, reader.unsigned(4));
  if (form === FORM_TEXT_ELSEWHERE) return textAt(texts.other?.bytes, reader.unsigned(4));
  if (form === FORM.udata) return reader.variable();
  const size = sizes[form];
  if (size !== undefined) return reader.unsigned(size);
  const skipped = form === FORM.data16 ? 16 : form === FORM.block ? reader.variable() : undefined;
  if (skipped === undefined) throw new Error(`a form ${form} in a table of files is not known`);
  reader.position += skipped;
  return 0;
}

function fileName(directory: string, path: string): string {
  return directory === "" || directory === "." || path.startsWith("/")
    ? path
    : `${directory}/${path}`;
}

/** E.g. "app/main.c:12"; undefined when nothing is known of the address. */
export function placeOf(rows: readonly LineRow[], address: bigint): string | undefined {
  const wanted = Number(address);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.address ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  const row = rows[low - 1];
  return row === undefined || row.file === "" || row.line === 0
    ? undefined
    : `${row.file}:${row.line}`;
}
