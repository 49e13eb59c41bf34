// 128-bit fingerprints of slugs: MurmurHash3 x86_128 over their UTF-8 bytes.

/** Four 32-bit words, written into `into` at `at`. */
export const fingerprintBytes = (
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint32Array,
  at: number
): void => {
  const length = end - start
  const blocksEnd = start + (length & ~15)
  let h1 = 0
  let h2 = 0
  let h3 = 0
  let h4 = 0
  for (let i = start; i < blocksEnd; i += 16) {
    h1 ^= mixWord(word(bytes, i, 4), C1, 15, C2)
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
    h2 ^= mixWord(word(bytes, i + 4, 4), C2, 16, C3)
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
    h3 ^= mixWord(word(bytes, i + 8, 4), C3, 17, C4)
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
    h4 ^= mixWord(word(bytes, i + 12, 4), C4, 18, C1)
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
  }
  const rest = length & 15
  if (rest > 12) h4 ^= mixWord(word(bytes, blocksEnd + 12, rest - 12), C4, 18, C1)
  if (rest > 8) h3 ^= mixWord(word(bytes, blocksEnd + 8, Math.min(4, rest - 8)), C3, 17, C4)
  if (rest > 4) h2 ^= mixWord(word(bytes, blocksEnd + 4, Math.min(4, rest - 4)), C2, 16, C3)
  if (rest > 0) h1 ^= mixWord(word(bytes, blocksEnd, Math.min(4, rest)), C1, 15, C2)

  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = avalanche(h1)
  h2 = avalanche(h2)
  h3 = avalanche(h3)
  h4 = avalanche(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  into[at] = h1
  into[at + 1] = h2 + h1
  into[at + 2] = h3 + h1
  into[at + 3] = h4 + h1
}

const C1 = 0x239b961b
const C2 = 0xab0e9789 | 0
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93 | 0

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

const mixWord = (k: number, first: number, by: number, second: number): number =>
  Math.imul(rotate(Math.imul(k, first), by), second)

/** The next `count` (1 to 4) bytes as a little-endian word. */
const word = (bytes: Uint8Array, at: number, count: number): number => {
  let k = bytes[at]!
  if (count > 1) k |= bytes[at + 1]! << 8
  if (count > 2) k |= bytes[at + 2]! << 16
  if (count > 3) k |= bytes[at + 3]! << 24
  return k
}

const avalanche = (h: number): number => {
  let x = h ^ (h >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/**
 * Writes the text as UTF-8 and answers how many bytes; `into` must hold three for each UTF-16 unit. A lone surrogate
 * is written as its own three bytes, where TextEncoder would make every one of them U+FFFD: distinct slugs must not
 * become one.
 */
export const encodeUtf8 = (text: string, into: Uint8Array): number => {
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!
    if (code < 0x80) {
      into[at++] = code
    } else if (code < 0x800) {
      into[at++] = 0xc0 | (code >> 6)
      into[at++] = 0x80 | (code & 63)
    } else if (code < 0x10000) {
      into[at++] = 0xe0 | (code >> 12)
      into[at++] = 0x80 | ((code >> 6) & 63)
      into[at++] = 0x80 | (code & 63)
    } else {
      i++
      into[at++] = 0xf0 | (code >> 18)
      into[at++] = 0x80 | ((code >> 12) & 63)
      into[at++] = 0x80 | ((code >> 6) & 63)
      into[at++] = 0x80 | (code & 63)
    }
  }
  return at
}

/** Words of a fingerprint. */
export const fingerprintWords = 4

/** The fingerprint of one slug after another. */
export class SlugPrint {
  readonly words = new Uint32Array(fingerprintWords)
  #text = new Uint8Array(768)

  ofText(slug: string): void {
    if (slug.length * 3 > this.#text.length) this.#text = new Uint8Array(slug.length * 6)
    this.ofBytes(this.#text, 0, encodeUtf8(slug, this.#text))
  }

  ofBytes(bytes: Uint8Array, start: number, end: number): void {
    fingerprintBytes(bytes, start, end, this.words, 0)
  }
}
