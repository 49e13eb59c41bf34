// Signatures by which similar sets are found among many: bands of minima, of which similar sets share at least one.
import { finish, mix } from "./Hash.ts"

/** How many bands of how many rows. */
export interface Banding {
  readonly bands: number
  readonly rows: number
}

/** At the limit itself one pair in a hundred shares no band; well above it none does. */
const missShare = 0.01
const bandsMax = 120

/**
 * The fewest bands that find pairs of that similarity. More rows mean fewer chance meetings and more bands: three rows
 * keep those rare enough down to 0.3, two below, five from 0.6 on.
 */
export const bandingFor = (similarity: number): Banding => {
  const rows = similarity < 0.3 ? 2 : similarity < 0.6 ? 3 : 5
  const bands = Math.ceil(Math.log(missShare) / Math.log(1 - similarity ** rows))
  return { rows, bands: Number.isFinite(bands) ? Math.min(bandsMax, Math.max(4, bands)) : 4 }
}

/** A key for each band; empty for a set without members, which is similar to nothing. */
export const makeBandKeys = ({ bands, rows }: Banding): (set: Uint32Array) => Uint32Array => {
  const count = bands * rows
  const factors = Uint32Array.from({ length: count }, (_, i) => (finish(i * 2 + 1) | 1) >>> 0)
  const offsets = Uint32Array.from({ length: count }, (_, i) => finish(i * 2 + 2))
  const minima = new Uint32Array(count)
  return (set) => {
    if (set.length === 0) return new Uint32Array(0)
    for (let i = 0; i < count; i++) {
      const factor = factors[i]!
      const offset = offsets[i]!
      let least = 0xffffffff
      for (let at = 0; at < set.length; at++) {
        // The high bits of a product are the good ones.
        const product = Math.imul(set[at]! ^ offset, factor)
        const value = (product ^ (product >>> 15)) >>> 0
        if (value < least) least = value
      }
      minima[i] = least
    }
    const keys = new Uint32Array(bands)
    for (let band = 0; band < bands; band++) {
      let key = band
      for (let row = 0; row < rows; row++) key = mix(key, minima[band * rows + row]!)
      keys[band] = finish(key)
    }
    return keys
  }
}
