// The input's rows of some slugs at a time, without holding the input: lines of a file mostly come in the input's order,
// and then the rows of the next ones stand right after those of the last.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Item } from "../services/items/Item.ts"
import type { InputError, ItemSource } from "../services/items/ItemSource.ts"

export interface RowFinder {
  /**
   * Rows by slug, of those that the input has. Reads on from where it stopped last, and over the end to the beginning:
   * the input once, at most.
   */
  readonly find: (
    slugs: ReadonlySet<string>
  ) => Effect.Effect<ReadonlyMap<string, Item>, InputError>
}

/** One reading of the input. */
interface Pass {
  readonly scope: Scope.Closeable
  readonly pull: Pull.Pull<ReadonlyArray<Item>, InputError>
  /** Rows that were read and not looked at. */
  waiting: ReadonlyArray<Item>
}

/** The input stays as it is; it is read again as often as it takes. */
export const makeRowFinder = Effect.fnUntraced(function*(source: ItemSource) {
  const own = yield* Effect.scope
  const input = yield* source.slugs
  const begin: Effect.Effect<Pass> = Effect.gen(function*() {
    const scope = yield* Scope.fork(own)
    const pull = yield* Scope.provide(Stream.toPull(source.items), scope)
    return { scope, pull, waiting: [] }
  })
  let pass = yield* begin

  /** The next rows; begins anew at the end. */
  const next: Effect.Effect<ReadonlyArray<Item>, InputError> = Effect.suspend(() => {
    const { pull, scope, waiting } = pass
    if (waiting.length > 0) return Effect.sync(() => ((pass.waiting = []), waiting))
    return Pull.catchDone(pull, () =>
      Effect.gen(function*() {
        yield* Scope.close(scope, Exit.void)
        pass = yield* begin
        return yield* next
      }))
  })

  const finder: RowFinder = {
    find: Effect.fnUntraced(function*(slugs) {
      const wanted = new Set([...slugs].filter((slug) => input.get(slug) !== undefined))
      const rows = new Map<string, Item>()
      for (let seen = 0; wanted.size > 0 && seen < source.count;) {
        const some = yield* next
        let at = 0
        for (; at < some.length && wanted.size > 0; at++) {
          const item = some[at]!
          if (wanted.delete(item.slug)) rows.set(item.slug, item)
        }
        seen += at
        pass.waiting = some.slice(at)
      }
      return rows
    })
  }
  return finder
})
