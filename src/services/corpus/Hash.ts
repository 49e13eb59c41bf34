// 32-bit hashes of texts and numbers: no cryptography, the same on every machine, since they are kept in files.

/** Odd: of two numbers multiplied by it no two become one, and the high bits are spread evenly. */
export const spread = 0x9e3779b1

export const mix = (hash: number, word: number): number => {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

export const finish = (hash: number): number => {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Over the UTF-16 units `[start, end)` of the text. */
export const hashPart = (text: string, start: number, end: number, seed: number): number => {
  let hash = seed
  for (let at = start; at < end; at++) hash = mix(hash, text.charCodeAt(at))
  return finish(hash ^ (end - start))
}

export const hashText = (text: string, seed: number): number => hashPart(text, 0, text.length, seed)
