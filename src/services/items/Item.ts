// One row of the input: the unit of work, known by its slug.

/** A value of a row: JSON as it was read. CSV cells are strings. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | {
  readonly [key: string]: Json
}

export interface Item {
  /** Compared byte for byte; never empty. */
  readonly slug: string
  /** The whole row as it was read, the key field included. */
  readonly fields: { readonly [field: string]: Json }
  /** Where the row stands, for messages: the file as the user named it (`-` is standard input), line from 1. */
  readonly file: string
  readonly line: number
}
