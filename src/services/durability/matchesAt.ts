// Whether bytes stand at a place of others.

export const matchesAt = (bytes: Uint8Array, pattern: Uint8Array, at: number): boolean => {
  for (let i = 0; i < pattern.length; i++) {
    if (bytes[at + i] !== pattern[i]) return false
  }
  return true
}
