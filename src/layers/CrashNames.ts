// The names in one directory of a crash disk: what is there, what is there for certain, and what may be after a crash.
//
// A journaling file system keeps the order of changes: a crash leaves all of them up to some moment. Others write each
// entry when they like: of every name that was changed any of its states may be left, and of a rename the old name may
// be gone without the new one being there.
//
// A sync that fails leaves the directory in doubt: the kernel holds it for clean, so that the next sync answers well and
// writes nothing. A change after the failure makes it dirty again, and then a sync writes all of it.

/** A name without a file is a name that was removed. */
type NameChanges = ReadonlyArray<{ readonly name: string; readonly inode: number | undefined }>
type Names = ReadonlyMap<string, number>

/** More combinations of single names than this are not listed; the states of a journal and their mixtures are. */
const mixturesMax = 32

const keyOf = (names: Names): string => [...names].sort(([a], [b]) => a < b ? -1 : 1).join("|")

export class CrashNames {
  #durable: Names
  #live: Map<string, number>
  #pending: Array<NameChanges> = []
  /** Earlier ones, whose sync has failed. */
  #dropped: Array<NameChanges> = []
  /** Asked for at every moment, and most moments change no name. */
  #options: ReadonlyArray<Names> | undefined

  constructor(names: Names) {
    this.#durable = new Map(names)
    this.#live = new Map(names)
  }

  get live(): Names {
    return this.#live
  }

  /** The same names, to go on with apart. */
  fork(): CrashNames {
    const copy = new CrashNames(this.#durable)
    copy.#live = new Map(this.#live)
    copy.#pending = [...this.#pending]
    copy.#dropped = [...this.#dropped]
    copy.#options = this.#options
    return copy
  }

  /** Everything that a look at the directory does not show and a crash may. */
  doubt(): string {
    return this.#unsure.length === 0
      ? ""
      : JSON.stringify([[...this.#durable], this.#dropped, this.#pending])
  }

  /** One change of the directory, which a journal keeps whole. */
  change(changes: NameChanges): void {
    this.#options = undefined
    this.#pending.push(changes)
    apply(this.#live, changes)
  }

  synced(): void {
    // Nothing has changed since a sync failed: there is nothing that this one writes.
    if (this.#pending.length === 0) return
    this.#options = undefined
    this.#pending = []
    this.#dropped = []
    this.#durable = new Map(this.#live)
  }

  syncFailed(): void {
    this.#dropped.push(...this.#pending)
    this.#pending = []
  }

  /** All changes that may not be on the disk, in their order. */
  get #unsure(): ReadonlyArray<NameChanges> {
    return [...this.#dropped, ...this.#pending]
  }

  /** Every set of names that a crash may leave; the first is what was synced. */
  options(): ReadonlyArray<Names> {
    return this.#options ??= this.#list()
  }

  #list(): ReadonlyArray<Names> {
    const found = new Map<string, Names>()
    const add = (names: Names) => void (found.has(keyOf(names)) || found.set(keyOf(names), names))
    const journaled = new Map(this.#durable)
    add(new Map(journaled))
    for (const changes of this.#unsure) {
      apply(journaled, changes)
      add(new Map(journaled))
    }
    for (const names of this.#mixtures()) add(names)
    return [...found.values()]
  }

  #mixtures(): ReadonlyArray<Names> {
    const states = new Map<string, Set<number | undefined>>()
    for (const { inode, name } of this.#unsure.flat()) {
      const of = states.get(name) ?? new Set([this.#durable.get(name)])
      states.set(name, of.add(inode))
    }
    const count = [...states.values()].reduce((product, of) => product * of.size, 1)
    if (count > mixturesMax) return singleDeviations(this.#durable, this.#live, states)
    let mixtures: Array<Map<string, number>> = [new Map(this.#durable)]
    for (const [name, of] of states) {
      mixtures = mixtures.flatMap((names) =>
        [...of].map((inode) => {
          const mixture = new Map(names)
          apply(mixture, [{ name, inode }])
          return mixture
        })
      )
    }
    return mixtures
  }
}

const apply = (names: Map<string, number>, changes: NameChanges): void => {
  for (const { inode, name } of changes) {
    if (inode === undefined) names.delete(name)
    else names.set(name, inode)
  }
}

const singleDeviations = (
  durable: Names,
  live: Names,
  states: ReadonlyMap<string, ReadonlySet<number | undefined>>
): ReadonlyArray<Names> =>
  [durable, live].flatMap((end) =>
    [...states].flatMap(([name, of]) =>
      [...of].map((inode) => {
        const names = new Map(end)
        apply(names, [{ name, inode }])
        return names
      })
    )
  )
