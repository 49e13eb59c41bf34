// What the index of the corpus is made of, as arrays of numbers: each part gives its own, and takes them back in the same
// order.

export type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array

export const arrayKinds = [Uint8Array, Uint16Array, Uint32Array, Float64Array] as const

/** The arrays are not those that the parts gave. */
export class ArraysMismatch extends Error {}

export class SavedArrays {
  readonly #arrays: ReadonlyArray<NumberArray>
  #next = 0

  constructor(arrays: ReadonlyArray<NumberArray>) {
    this.#arrays = arrays
  }

  /** The next array, which belongs to the caller. Throws `ArraysMismatch` where it is of another kind. */
  take<A extends NumberArray>(kind: new(length: number) => A): A {
    const array = this.#arrays[this.#next++]
    if (!(array instanceof kind)) throw new ArraysMismatch(`array ${this.#next} is no ${kind.name}`)
    return array
  }
}
