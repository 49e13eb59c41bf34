// Group commit: who shares a batch, what is refused, what closing waits for, and how failures are told.
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type { AppendError } from "../../../src/services/durability/AppendError.ts"
import * as CommitLog from "../../../src/services/durability/CommitLog.ts"
import { encodeText, lineText } from "../../../src/services/durability/LineCodec.ts"

const first = "/d/first.jsonl"
const second = "/d/second.jsonl"
const line = (n: number, text = "words") => () =>
  lineText({ slug: `s${n}`, text, _meta: { id: `r:${n}` } })
const bytes = (n: number) => encodeText(line(n)())
const range = (count: number) => Array.from({ length: count }, (_, n) => n)

const options: CommitLog.CommitLogOptions = {
  files: [first, second],
  guard: {
    _tag: "Shared",
    lockFile: "/d/.lock",
    slotAt: 0,
    bootId: "0".repeat(32),
    swap: "/d/.swap.json"
  },
  quarantine: "/q",
  maxBatchBytes: 4000,
  maxLineBytes: 8000
}

const numbersIn = (store: Store.MemoryStore, file: string) =>
  (store.get(file)?.toString() ?? "").split("\n").filter((each) => each !== "").map((each) =>
    Number((JSON.parse(each) as { slug: string }).slug.slice(1))
  )

/** A store that counts its syncs. */
const counting = () => {
  const store = Store.make()
  const syncs: Array<string> = []
  store.failAlways((call) => {
    if (call.operation === "datasync") syncs.push(call.path)
    return undefined
  })
  return { store, syncs }
}

const withLog = <A, E>(
  store: Store.MemoryStore,
  use: (log: CommitLog.CommitLog) => Effect.Effect<A, E, Scope.Scope>,
  overrides: Partial<CommitLog.CommitLogOptions> = {}
) =>
  Effect.flatMap(CommitLog.open({ ...options, ...overrides }), use).pipe(
    Effect.scoped,
    Effect.provide(MemoryDisk.layer(store))
  )

const reasonOf = <A>(effect: Effect.Effect<A, AppendError>) =>
  Effect.match(effect, { onFailure: (error) => error.reason, onSuccess: () => "no error" })

describe("batches", () => {
  it.effect("I3: each file is written and synced once a batch, the first before the second", () =>
    Effect.gen(function*() {
      const { store } = counting()
      const calls: Array<string> = []
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          store.failAlways(({ operation, path }) => {
            if (operation === "append" || operation === "datasync") {
              calls.push(`${operation} ${path}`)
            }
            return undefined
          })
          yield* Effect.forEach(range(20), (n) => log.append(line(n)), { concurrency: "unbounded" })
        }))
      assert.deepStrictEqual(calls, [
        `append ${first}`,
        `datasync ${first}`,
        `append ${second}`,
        `datasync ${second}`
      ])
      assert.deepStrictEqual(numbersIn(store, first), range(20))
      assert.deepStrictEqual(store.get(first), store.get(second))
    }))

  it.effect("what comes during a flush is the next batch, and none is longer than its bound", () =>
    Effect.gen(function*() {
      const { store } = counting()
      const batches: Array<number> = []
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          store.failAlways(({ bytes, operation, path }) => {
            if (operation === "append" && path === first) batches.push(bytes ?? 0)
            return undefined
          })
          const writer = (from: number) =>
            Effect.forEach(range(10), (n) => log.append(line(from + n, "x".repeat(200))), {
              discard: true
            })
          yield* Effect.forEach([0, 10, 20, 30, 40, 50], writer, { concurrency: "unbounded" })
        }))
      assert.strictEqual(batches.length, 10)
      const many = Store.make()
      const sizes: Array<number> = []
      yield* withLog(many, (log) =>
        Effect.gen(function*() {
          many.failAlways(({ bytes, operation, path }) => {
            if (operation === "append" && path === first) sizes.push(bytes ?? 0)
            return undefined
          })
          yield* Effect.forEach(range(40), (n) =>
            log.append(line(n, "x".repeat(n === 7 ? 5000 : 200))), {
            concurrency: "unbounded"
          })
        }))
      // A line over the bound goes alone.
      assert.strictEqual(sizes.filter((size) => size > 4000).length, 1)
      assert.isBelow(sizes.length, 8)
      assert.deepStrictEqual(numbersIn(many, second), range(40))
    }))

  it.effect("a short write is taken up where it stopped", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (log) => {
        store.failAlways(({ operation, path }) =>
          operation === "append" && path === first ? { shortBytes: 7 } : undefined
        )
        return Effect.forEach(range(3), (n) => log.append(line(n)), { concurrency: "unbounded" })
      })
      assert.deepStrictEqual(numbersIn(store, first), range(3))
    }))
})

describe("who waits", () => {
  it.effect("interrupting a caller during the flush neither loses nor tears its line, and others are told", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          const fibers = yield* Effect.forEach(range(10), (n) =>
            Effect.forkChild(log.append(line(n))))
          yield* Effect.yieldNow
          yield* Fiber.interruptAll(fibers.slice(0, 5))
          yield* Fiber.joinAll(fibers.slice(5))
        }))
      assert.deepStrictEqual(numbersIn(store, second), range(10))
    }))

  it.effect("a noted line waits for nobody and is written when the scope closes, at the latest", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(
        store,
        (log) => Effect.forEach(range(100), (n) => log.note(line(n)), { discard: true })
      )
      assert.deepStrictEqual(numbersIn(store, second), range(100))
    }))

  it.effect("an append after the scope has closed fails as Closed", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const log = yield* withLog(store, Effect.succeed)
      assert.strictEqual(yield* reasonOf(log.append(line(1))), "Closed")
      yield* log.note(line(2))
      assert.deepStrictEqual(numbersIn(store, first), [])
    }))
})

describe("what is refused", () => {
  it.effect("a line over the bound fails as TooLarge, and the log goes on", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(log.append(line(1, "x".repeat(8000))))
          assert.strictEqual(error.reason, "TooLarge")
          assert.match(error.message, /first\.jsonl.*more than the 8000/)
          yield* log.append(line(2))
        }))
      assert.deepStrictEqual(numbersIn(store, first), [2])
    }))

  it.effect("an object that cannot be a line is a defect, and the log goes on", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          for (
            const object of [{ text: "no slug" }, { slug: "a", _crc: "0" }, { slug: "a", n: 1n }]
          ) {
            const exit = yield* Effect.exit(log.append(() => lineText(object)))
            assert.isTrue(Exit.hasDies(exit))
          }
          yield* log.append(line(1))
        }))
      assert.deepStrictEqual(numbersIn(store, first), [1])
    }))
})

describe("a failed write", () => {
  it.effect.each(["append", "datasync"])(
    "in %s fails its batch as Write, then everything as Poisoned, and `broken`",
    (call) =>
      Effect.gen(function*() {
        const store = Store.make()
        yield* withLog(store, (log) =>
          Effect.gen(function*() {
            yield* log.append(line(0))
            const broken = yield* Effect.forkChild(Effect.flip(log.broken))
            store.failNext(({ operation, path }) =>
              operation === call && path === second ? "EIO" : undefined
            )
            const reasons = yield* Effect.forEach(range(3), (n) =>
              reasonOf(log.append(line(n + 1))), { concurrency: 3 })
            assert.deepStrictEqual(reasons, ["Write", "Write", "Write"])
            const calls = store.calls
            assert.strictEqual(yield* reasonOf(log.append(line(9))), "Poisoned")
            assert.strictEqual(store.calls, calls, "a poisoned log touches nothing")
            const error = yield* Fiber.join(broken)
            assert.deepStrictEqual([error.reason, error.code, error.files], ["Write", "EIO", [
              first,
              second
            ]])
          }))
        // The next open truncates to what was durable, and writes what was whole anew.
        yield* withLog(store, (log) =>
          log.append(line(10)))
        assert.deepStrictEqual(numbersIn(store, first), [0, 1, 2, 3, 10])
        assert.deepStrictEqual(numbersIn(store, second), [0, 1, 2, 3, 10])
      })
  )

  it.effect("a full disk is told by its code, and after space is freed the log goes on", () =>
    Effect.gen(function*() {
      const store = Store.make({ capacityBytes: 3000 })
      const acknowledged: Array<number> = []
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          let error: AppendError | undefined
          for (let n = 0; error === undefined; n++) {
            error = yield* Effect.match(log.append(line(n, "x".repeat(100))), {
              onFailure: (failure) => failure,
              onSuccess: () => void acknowledged.push(n)
            })
          }
          assert.strictEqual(error.code, "ENOSPC")
          assert.match(error.message, /first\.jsonl and .*second\.jsonl.*free space/s)
        }))
      assert.isAbove(acknowledged.length, 5)
      store.setCapacity(100_000)
      yield* withLog(store, (log) => log.append(line(99)))
      assert.includeMembers(numbersIn(store, first), [...acknowledged, 99])
      assert.deepStrictEqual(numbersIn(store, first), numbersIn(store, second))
    }))

  it.effect("a failed open tells why and leaves nothing locked", () =>
    Effect.gen(function*() {
      const store = Store.make()
      store.failNext(({ operation, path }) =>
        operation === "datasync" && path === first ? "EIO" : undefined
      )
      const error = yield* Effect.flip(withLog(store, () => Effect.void))
      assert.strictEqual(error.code, "EIO")
      yield* withLog(store, (log) => log.append(line(1)))
      assert.deepStrictEqual(numbersIn(store, first), [1])
    }))
})

describe("several processes", () => {
  /** Two logs over one store, each with its own open files. */
  const withTwo = <A, E>(
    store: Store.MemoryStore,
    use: (a: CommitLog.CommitLog, b: CommitLog.CommitLog) => Effect.Effect<A, E>
  ) => withLog(store, (a) => withLog(store, (b) => use(a, b)))

  it.effect("interleave without damage", () =>
    Effect.gen(function*() {
      const { store, syncs } = counting()
      yield* withTwo(store, (a, b) => {
        syncs.length = 0
        return Effect.forEach(range(40), (n) => (n % 2 === 0 ? a : b).append(line(n)), {
          concurrency: 8
        })
      })
      assert.deepStrictEqual(numbersIn(store, first).sort((x, y) => x - y), range(40))
      assert.deepStrictEqual(store.get(first), store.get(second))
    }))

  it.effect("one that comes after a failed one recovers first, and the failed one stays poisoned", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withTwo(store, (a, b) =>
        Effect.gen(function*() {
          yield* a.append(line(0))
          store.failNext(({ operation, path }) =>
            operation === "datasync" && path === first ? "EIO" : undefined
          )
          assert.strictEqual(yield* reasonOf(a.append(line(1))), "Write")
          yield* b.append(line(2))
          assert.strictEqual(yield* reasonOf(a.append(line(3))), "Poisoned")
        }))
      assert.deepStrictEqual(numbersIn(store, first), [0, 1, 2])
      assert.deepStrictEqual(numbersIn(store, second), [0, 1, 2])
    }))

  it.effect("files replaced under a log are noticed, and nothing goes to the old ones", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          yield* Effect.forEach(range(3), (n) => log.append(line(n)))
          for (const file of [first, second]) {
            store.put(`${file}.new`, Buffer.from(bytes(1)))
            store.rename(`${file}.new`, file, 0)
          }
          yield* log.append(line(7))
          store.unlink(second, 0)
          yield* log.append(line(8))
        }))
      assert.deepStrictEqual(numbersIn(store, first), [1, 7, 8])
      assert.deepStrictEqual(numbersIn(store, second), [1, 7, 8])
    }))

  it.effect("a lock file that was replaced while in use is refused", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (a) =>
        Effect.gen(function*() {
          yield* a.append(line(0))
          store.unlink("/d/.lock", 0)
          yield* withLog(store, (b) => b.append(line(1)))
          const error = yield* Effect.flip(a.append(line(2)))
          assert.strictEqual(error.code, "ESTALE")
          assert.match(error.message, /end every process/)
        }))
    }))
})

describe("a journal", () => {
  const own = { files: [first], guard: { _tag: "Own" } } as const

  it.effect("locks its file for as long as it is open", () =>
    Effect.gen(function*() {
      const store = Store.make()
      yield* withLog(store, (log) =>
        Effect.gen(function*() {
          yield* log.append(line(0))
          const error = yield* Effect.flip(withLog(store, () => Effect.void, own))
          assert.strictEqual(error.code, "EBUSY")
        }), own)
      yield* withLog(store, (log) => log.append(line(1)), own)
      assert.deepStrictEqual(numbersIn(store, first), [0, 1])
    }))

  it.effect("cuts a torn end when it is opened again", () =>
    Effect.gen(function*() {
      const store = Store.make()
      store.put(first, Buffer.concat([bytes(0), bytes(1).subarray(0, 20)]))
      yield* withLog(store, (log) => log.append(line(2)), own)
      assert.deepStrictEqual(numbersIn(store, first), [0, 2])
    }))

  for (
    const [what, change] of [
      ["removed", (store: Store.MemoryStore) => store.unlink(first, 0)],
      ["replaced", (store: Store.MemoryStore) => {
        store.put(`${first}.new`, Buffer.from(bytes(7)))
        store.rename(`${first}.new`, first, 0)
      }]
    ] as const
  ) {
    it.effect(`that was ${what} while in use takes no more lines (I1)`, () =>
      Effect.gen(function*() {
        const store = Store.make()
        yield* withLog(store, (log) =>
          Effect.gen(function*() {
            yield* log.append(line(0))
            change(store)
            const error = yield* Effect.flip(log.append(line(1)))
            assert.strictEqual(error.code, "ESTALE")
            assert.include(error.message, `${first}: the file was removed or replaced`)
            assert.strictEqual((yield* Effect.flip(log.broken)).code, "ESTALE")
          }), own)
      }))
  }
})

it.effect("closing waits for the flush that is under way", () =>
  Effect.gen(function*() {
    const store = Store.make()
    const scope = yield* Scope.make()
    const log = yield* CommitLog.open(options).pipe(
      Effect.provide(MemoryDisk.layer(store)),
      Scope.provide(scope)
    )
    const done = yield* Deferred.make<void>()
    yield* Effect.forkChild(Effect.andThen(log.append(line(0)), Deferred.succeed(done, undefined)))
    yield* Effect.yieldNow
    yield* Scope.close(scope, Exit.void)
    assert.isTrue(Deferred.isDoneUnsafe(done))
    assert.deepStrictEqual(numbersIn(store, second), [0])
  }))

it.effect("a clean slot of this boot is believed: a second open syncs and scans nothing", () =>
  Effect.gen(function*() {
    const { store, syncs } = counting()
    yield* withLog(store, (log) => log.append(line(0)))
    syncs.length = 0
    const reads: Array<string> = []
    store.failAlways(({ operation, path }) => {
      if (operation === "read") reads.push(path)
      return undefined
    })
    yield* withLog(store, () => Effect.void)
    assert.deepStrictEqual([syncs, reads], [[], ["/d/.lock"]])
  }))

it.effect("a sync that takes more than a second is a logged warning that names the file", () =>
  Effect.gen(function*() {
    const store = Store.make()
    let nowMs = 0
    const clock = Object.create(yield* Clock.Clock, {
      currentTimeMillisUnsafe: { value: () => nowMs }
    }) as Clock.Clock
    store.failAlways(({ operation, path }) => {
      if (operation === "datasync" && path === second) nowMs += 1500
      return undefined
    })
    const warnings: Array<unknown> = []
    const logger = Logger.make(({ logLevel, message }) => {
      if (logLevel === "Warn") warnings.push(...(message as Array<unknown>))
    })
    yield* withLog(store, (log) => log.append(line(0))).pipe(
      Effect.provideService(Clock.Clock, clock),
      Effect.provide(Logger.layer([logger]))
    )
    assert.deepStrictEqual(warnings, [`syncing ${second} took 1500 ms`])
  }))
