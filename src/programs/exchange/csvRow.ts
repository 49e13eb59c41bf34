// A row of CSV (RFC 4180) that a spreadsheet may open.
//
// Text that begins with = + - @ or a tab or return is run as a formula by spreadsheets, and content written by a model
// from pages of others may well begin so. Such cells get an apostrophe in front, which spreadsheets show as text. Numbers
// are never changed.
const formula = /^[=+\-@\t\r]/
const needsQuotes = /[",\r\n]|^\s|\s$/

const cellOf = (value: unknown, raw: boolean): string => {
  if (value === undefined || value === null) return ""
  if (typeof value !== "string") return JSON.stringify(value)
  return !raw && formula.test(value) ? `'${value}` : value
}

const quoted = (cell: string): string =>
  needsQuotes.test(cell) ? `"${cell.replaceAll("\"", "\"\"")}"` : cell

/** `raw` leaves formulas as they are. */
export const csvRow = (values: ReadonlyArray<unknown>, raw: boolean): string =>
  `${values.map((value) => quoted(cellOf(value, raw))).join(",")}\r\n`
