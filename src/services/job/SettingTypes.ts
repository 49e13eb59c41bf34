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

/** Goes into a header of every request. */
export const headerText = (what: string): Schema.declare<string> =>
  setting(
    (value): value is string => typeof value === "string" && /^[\x20-\x7e]{0,300}$/.test(value),
    what
  )

const isAddressRange = (value: unknown): value is string => {
  const [address = "", bits, ...more] = typeof value === "string" ? value.split("/") : []
  const isV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) &&
    address.split(".").every((part) => Number(part) <= 255)
  const isV6 = address.includes(":") && URL.canParse(`http://[${address}]/`)
  return (isV4 || isV6) && more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isV4 ? 32 : 128)))
}

export const addressRange = setting(
  isAddressRange,
  "an IP address or a range of them, such as 127.0.0.1 or 10.0.0.0/8"
)

/** What the type of a setting allows, in words. */
export const expectedOf = (type: Schema.Top): string => {
  const expected = type.ast.annotations?.["expected"]
  return typeof expected === "string" ? expected : "another value"
}
