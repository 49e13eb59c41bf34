// Where the line of a settled slug stands, and as what it is settled, in one number: exact as far as 256 TiB.
import { settledCode } from "./SettledSlugs.ts"

const codeUnit = 2 ** 48

/** `offset` in bytes: in `successes` where it is accepted, else in `rejects`. Larger ones of a state come later there. */
export const placeOf = (state: keyof typeof settledCode, offset: number): number =>
  settledCode[state] * codeUnit + offset

export const codeOf = (place: number): number => Math.floor(place / codeUnit)

export const offsetOf = (place: number): number => place % codeUnit
