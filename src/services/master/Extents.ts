// The lines of one master file as lengths and flags, five bytes each: what is kept of it, without reading it again.
const dead = 1
const sealed = 2
const copied = 4
const capacityMin = 1024

/** Lines in the order of the file, from `start` on without a gap, numbered from 0. */
export class Extents {
  /** Byte offset of the first line. */
  start = 0
  #lengths = new Uint32Array(capacityMin)
  #flags = new Uint8Array(capacityMin)
  #count = 0
  #dead = 0

  get count(): number {
    return this.#count
  }

  /** Lines that are not kept. */
  get dead(): number {
    return this.#dead
  }

  /** `length` in bytes, newline included; `isSealed`: the line ends in a checksum of ours. Answers its number. */
  add(length: number, isSealed: boolean): number {
    if (this.#count === this.#lengths.length) this.#grow()
    this.#lengths[this.#count] = length
    this.#flags[this.#count] = isSealed ? sealed : 0
    return this.#count++
  }

  drop(index: number): void {
    if (this.isDead(index)) return
    this.#flags[index]! |= dead
    this.#dead++
  }

  restore(index: number): void {
    if (!this.isDead(index)) return
    this.#flags[index]! &= ~dead
    this.#dead--
  }

  lengthOf(index: number): number {
    return this.#lengths[index]!
  }

  isDead(index: number): boolean {
    return (this.#flags[index]! & dead) !== 0
  }

  isSealed(index: number): boolean {
    return (this.#flags[index]! & sealed) !== 0
  }

  /** Whether the line stands in the draft. */
  isCopied(index: number): boolean {
    return (this.#flags[index]! & copied) !== 0
  }

  markCopied(index: number, isCopied: boolean): void {
    if (isCopied) this.#flags[index]! |= copied
    else this.#flags[index]! &= ~copied
  }

  /** A draft is begun: no line stands in it. */
  forgetCopies(): void {
    for (let index = 0; index < this.#count; index++) this.#flags[index]! &= ~copied
  }

  #grow(): void {
    const lengths = new Uint32Array(this.#lengths.length * 2)
    lengths.set(this.#lengths)
    this.#lengths = lengths
    const flags = new Uint8Array(this.#flags.length * 2)
    flags.set(this.#flags)
    this.#flags = flags
  }
}
