// Where the line stands that is being read, put into words only where something is said of it: one for all lines of a
// file. V8 keeps the texts of numbers for a while, and a text a line is enough to make its heap grow.
export class LinePlace {
  readonly #file: string
  /** From 1. */
  lineNumber = 0

  constructor(file: string) {
    this.#file = file
  }

  get text(): string {
    return `${this.#file}:${this.lineNumber}`
  }
}
