// Dollars as whole nanodollars, so that sums are exact whatever their order.
import * as BigDecimal from "effect/BigDecimal"

/** Billionths of a US dollar, a safe integer (up to about nine million dollars). */
export type NanoUsd = number

/** The next whole number that is not below the decimal. */
export const ceilNumber = (decimal: BigDecimal.BigDecimal): number => {
  const { scale, value } = BigDecimal.ceil(decimal)
  return Number(value * 10n ** BigInt(-scale))
}

/**
 * Rounds up, exactly: never less than the decimal that `usd` prints as, so that an estimate or a price is never
 * understated. `usd` must be finite and not negative. Goes by the decimal digits and not by binary multiplication,
 * which would make 300000000.00000006 nanodollars of 0.3.
 */
export const fromUsd = (usd: number): NanoUsd => {
  const { scale, value } = BigDecimal.fromNumberUnsafe(usd)
  return ceilNumber(BigDecimal.make(value, scale - 9))
}

export const toUsd = (nano: NanoUsd): number => nano / 1e9

/** For people: `$12,345.00`, `$1.23`, and below a dollar up to three significant digits: `$0.25`, `$0.0124`, `$0.000412`. */
export const formatUsd = (nano: NanoUsd): string => {
  const usd = toUsd(nano)
  if (usd === 0 || usd >= 1) return `$${usd.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",")}`
  const digits = Math.min(9, 2 - Math.floor(Math.log10(usd)))
  return `$${Number(usd.toPrecision(3)).toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1")}`
}
