// The flags of the crash campaigns. What is not known, or is not what a flag wants, is told, and ends with 2.
//
// All of them know --nice: the campaign then takes only the time that nobody else wants.
import { constants, setPriority } from "node:os"
import { parseArgs } from "node:util"

interface Flag<A> {
  readonly fallback: A
  /** Undefined where the text is not what it wants. */
  readonly read: (text: string) => A | undefined
  readonly wants: string
}

/** A whole number above 0. */
export const whole = (fallback: number): Flag<number> => ({
  fallback,
  read: (text) => /^[1-9]\d{0,11}$/.test(text) ? Number(text) : undefined,
  wants: "a whole number above 0"
})

/** Another one each second, where none is given. */
export const seedFlag = (): Flag<number> => whole(1 + Math.floor(Date.now() / 1000) % 1_000_000)

export const oneOf = <A extends string>(words: ReadonlyArray<A>): Flag<A | undefined> => ({
  fallback: undefined,
  read: (text) => words.find((word) => word === text),
  wants: `one of: ${words.join(", ")}`
})

export const anyText: Flag<string | undefined> = {
  fallback: undefined,
  read: (text) => text === "" ? undefined : text,
  wants: "a value"
}

type Flags = { readonly [name: string]: Flag<unknown> }
type Values<F extends Flags> = { readonly [name in keyof F]: F[name]["fallback"] }

/** Says why a campaign cannot be what was asked for, and ends with 2. */
export const refuse = (why: string): never => {
  process.stderr.write(`${why}\n`)
  process.exit(2)
}

const parsed = (names: ReadonlyArray<string>) => {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]))
  try {
    return parseArgs({ options: { ...options, nice: { type: "boolean" } } }).values
  } catch (cause) {
    const known = names.map((name) => `--${name}`).join(", ")
    return refuse(`${(cause as Error).message}. Flags: ${known}, --nice`)
  }
}

export const flagsOf = <F extends Flags>(flags: F): Values<F> => {
  const given: { readonly [name: string]: string | boolean | undefined } = parsed(
    Object.keys(flags)
  )
  if (given["nice"] === true) setPriority(constants.priority.PRIORITY_LOW)
  const values = Object.entries(flags).map(([name, { fallback, read, wants }]) => {
    const text = given[name]
    if (typeof text !== "string") return [name, fallback]
    return [name, read(text) ?? refuse(`--${name} wants ${wants}, and got "${text}"`)]
  })
  return Object.fromEntries(values) as Values<F>
}
