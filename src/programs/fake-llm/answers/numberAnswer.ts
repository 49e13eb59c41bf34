// A number within a schema's bounds: a fact where one fits, the least allowed otherwise.
import type { Schema } from "./SchemaParts.ts"
import { numberOf } from "./SchemaParts.ts"

/** `known`: numbers that may be meant, the likeliest first. */
export const numberAnswer = (
  schema: Schema,
  isWhole: boolean,
  known: ReadonlyArray<number>
): number => {
  const step = numberOf(schema["multipleOf"])
  const unit = isWhole ? Math.max(1, step ?? 1) : step ?? 1e-6
  const above = numberOf(schema["exclusiveMinimum"])
  const below = numberOf(schema["exclusiveMaximum"])
  const min = Math.max(
    numberOf(schema["minimum"]) ?? -Infinity,
    above === undefined ? -Infinity : above + unit
  )
  const max = Math.min(
    numberOf(schema["maximum"]) ?? Infinity,
    below === undefined ? Infinity : below - unit
  )
  const fits = (n: number): boolean =>
    Number.isFinite(n) && n >= min && n <= max && (!isWhole || Number.isInteger(n)) &&
    (step === undefined || Number.isInteger(n / step))
  const fact = known.find(fits)
  if (fact !== undefined) return fact
  const low = Number.isFinite(min) ? min : Number.isFinite(max) ? Math.min(0, max) : 0
  const round = step ?? (isWhole ? 1 : undefined)
  return round === undefined ? low : Number((Math.ceil(low / round) * round).toPrecision(12))
}
