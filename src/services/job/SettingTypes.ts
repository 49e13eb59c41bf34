// The kinds of values that settings take, each with the words that say what is allowed.
import * as Schema from "effect/Schema"

const setting = <A>(is: (value: unknown) => value is A, expected: string): Schema.declare<A> =>
  Schema.declare(is, { expected })

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",")

export const whole = (min: number, max: number, unit = ""): Schema.declare<number> =>
  setting(
    (value): value is number =>
      Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number from ${grouped(min)} to ${grouped(max)}${unit === "" ? "" : ` (${unit})`}`
  )

export const decimal = (min: number, max: number, unit = ""): Schema.declare<number> =>
  setting(
    (value): value is number => typeof value === "number" && value >= min && value <= max,
    `a number from ${grouped(min)} to ${grouped(max)}${unit === "" ? "" : ` (${unit})`}`
  )

export const truth = setting(
  (value): value is boolean => typeof value === "boolean",
  "true or false"
)

/** Text that is not blank. */
export const text = (what: string): Schema.declare<string> =>
  setting(
    (value): value is string =>
      typeof value === "string" && value.trim() !== "" && !value.includes("\0"),
    what
  )

export const oneOf = <const A extends string>(...words: ReadonlyArray<A>): Schema.declare<A> =>
  setting(
    (value): value is A => words.some((word) => word === value),
    words.map((word) => `"${word}"`).join(" or ")
  )

const isBaseUrl = (value: unknown): value is string => {
  const url = typeof value === "string" ? URL.parse(value) : null
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" &&
    url.password === "" && url.search === "" && url.hash === ""
}

/** Where the model's API answers; `/chat/completions` is added to it. */
export const baseUrl = setting(
  isBaseUrl,
  "an http or https URL without user, password or query, such as https://api.openai.com/v1"
)

/** What the type of a setting allows, in words. */
export const expectedOf = (type: Schema.Top): string => {
  const expected = type.ast.annotations?.["expected"]
  return typeof expected === "string" ? expected : "another value"
}
