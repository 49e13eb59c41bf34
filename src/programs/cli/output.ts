// Where words go: data to stdout, everything else to stderr.
import * as Console from "effect/Console"
import type * as Effect from "effect/Effect"

/** One JSON value as one line of stdout. */
export const printJson = (value: unknown): Effect.Effect<void> => Console.log(toJson(value))

const toJson = (value: unknown): string => JSON.stringify(value)

export const printLine = (text: string): Effect.Effect<void> => Console.log(text)

/** For a person: to stderr. */
export const say = (text: string): Effect.Effect<void> => Console.error(text)

/** Control characters out of words that came from a page, a model or a file, so that a terminal only shows them. */
export const visible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, "\uFFFD")
