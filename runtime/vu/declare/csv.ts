// CSV as spreadsheets write it (RFC 4180): quoted fields, doubled quotes, CRLF; `;` when the header
// line has more of them than commas.

/** Rows as objects by the header line. Missing fields are ''. */
export function parseCsv(text: string): Record<string, string>[] {
  const clean = text.replace(/^\ufeff/, '');
  const firstLine = clean.slice(0, clean.search(/[\r\n]|$/));
  const separator = count(firstLine, ';') > count(firstLine, ',') ? ';' : ',';
  const [header = [], ...rows] = records(clean, separator);
  return rows
    .filter((row) => row.length > 1 || row[0] !== '')
    .map((row) => Object.fromEntries(header.map((name, i) => [name.trim(), row[i] ?? ''])));
}

const count = (text: string, char: string): number => text.split(char).length - 1;

function records(text: string, separator: string): string[][] {
  const all: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quoted) {
      if (char !== '"') field += char;
      else if (text.charAt(i + 1) === '"') field += text.charAt(i++);
      else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === separator) {
      row.push(field);
      field = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text.charAt(i + 1) === '\n') i++;
      all.push([...row, field]);
      row = [];
      field = '';
    } else field += char;
  }
  if (field !== '' || row.length > 0) all.push([...row, field]);
  return all;
}
