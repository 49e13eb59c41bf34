// The crash test's verdicts: disks that lie in every way are found out, by writers that are scripted.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type { Command } from "effect/process/ChildProcess"
import * as Spawner from "effect/process/ChildProcessSpawner"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import { crashtest } from "../../../src/programs/doctor/crashtest/crashtest.ts"
import { checkSyncs } from "../../../src/programs/doctor/crashtest/CrashtestReport.ts"
import type {
  CrashtestFigures,
  CrashtestReport
} from "../../../src/programs/doctor/crashtest/CrashtestReport.ts"
import { mountIn } from "../../../src/programs/doctor/crashtest/mountOf.ts"
import { timeSyncs } from "../../../src/programs/doctor/crashtest/timeSyncs.ts"
import { encodeWriterEvent } from "../../../src/programs/doctor/crashtest/WriterEvent.ts"
import type { WriterEvent } from "../../../src/programs/doctor/crashtest/WriterEvent.ts"
import type { DurableAppender } from "../../../src/services/durability/DurableAppender.ts"
import { FileSystemType } from "../../../src/services/durability/FileSystemType.ts"
import { encodeLine } from "../../../src/services/durability/LineCodec.ts"
import { Scratch } from "../../../src/services/durability/Scratch.ts"
import type { Llm } from "../../../src/services/generation/Llm.ts"
import { OwnCommand } from "../../../src/services/OwnCommand.ts"

const outcomes = ({ checks }: CrashtestReport) =>
  checks.map(({ name, outcome }) => `${name} ${outcome}`)
const find = ({ checks }: CrashtestReport, name: string) => {
  const check = checks.find((each) => each.name === name)
  assert.isDefined(check)
  return check
}

interface Writer {
  /** What it does to the files; what it says is what it answers. */
  readonly write: (store: MemoryStore, name: string) => ReadonlyArray<WriterEvent>
  readonly lockGranted?: (asked: number) => boolean
  /** Ends before anyone kills it. */
  readonly endsItself?: boolean
  /** What its last opening leaves. */
  readonly onOpen?: (store: MemoryStore) => void
}

const master = (name: string) => `/scratch/master/${name}.jsonl`
const line = (id: string): Buffer => Buffer.from(encodeLine({ slug: id, _meta: { id } }))
const add = (store: MemoryStore, name: string, bytes: Uint8Array): void =>
  store.put(master(name), Buffer.concat([store.get(master(name)) ?? Buffer.alloc(0), bytes]))
const acknowledge = (ids: ReadonlyArray<string>): WriterEvent => ({
  event: "acknowledged",
  ids,
  syncsUs: [900, 1100]
})

/** One that keeps every promise. */
const honest: Writer = {
  write: (store, name) => {
    for (const file of ["updates", "successes"]) add(store, file, line(name))
    return [acknowledge([name])]
  }
}

const argAfter = (args: ReadonlyArray<unknown>, flag: string): string | undefined => {
  const at = args.indexOf(flag)
  return at === -1 ? undefined : String(args[at + 1])
}

/** Processes by script: each says what it has to say and ends. */
const spawner = (
  store: MemoryStore,
  { endsItself = false, lockGranted = (asked) => asked > 1, onOpen, write }: Writer
) => {
  let asked = 0
  const say = (args: ReadonlyArray<unknown>): ReadonlyArray<WriterEvent> => {
    if (args.includes("--lock")) return [{ event: "lock", granted: lockGranted(++asked) }]
    if (args.includes("--open-only")) {
      onOpen?.(store)
      return [{ event: "ready" }]
    }
    return [{ event: "ready" }, ...write(store, argAfter(args, "--name") ?? "")]
  }
  const spawn = (command: Command) =>
    Effect.gen(function*() {
      const args = command._tag === "StandardCommand" ? command.args : []
      const text = say(args).map((event) => `${encodeWriterEvent(event)}\n`).join("")
      const isWriter = !args.includes("--lock") && !args.includes("--open-only")
      const ended = yield* Deferred.make<Spawner.ExitCode>()
      if (!isWriter || endsItself) yield* Deferred.succeed(ended, Spawner.ExitCode(0))
      return Spawner.makeHandle({
        pid: Spawner.ProcessId(1),
        exitCode: Deferred.await(ended),
        isRunning: Effect.succeed(false),
        kill: () => Effect.asVoid(Deferred.succeed(ended, Spawner.ExitCode(137))),
        stdin: Sink.drain,
        stdout: Stream.make(Buffer.from(text)),
        stderr: Stream.empty,
        all: Stream.empty,
        getInputFd: () => Sink.drain,
        getOutputFd: () => Stream.empty,
        unref: Effect.succeed(Effect.void)
      })
    })
  return Layer.succeed(Spawner.ChildProcessSpawner, Spawner.make(spawn))
}

/** A line of /proc/self/mountinfo: that file system is on all there is. */
const mounted = (type: string, source = "/dev/sda1"): string =>
  `22 1 8:1 / / rw,relatime shared:1 - ${type} ${source} rw\n`

interface Machine {
  readonly mounts?: string
  /** As /proc/diskstats says it; it stays what it is. */
  readonly diskstats?: string
  /** What statfs(2) says of every path. */
  readonly magic?: number
  readonly freeBytes?: number
}

const pretend = (
  writer: Writer,
  { diskstats, freeBytes, magic, mounts = mounted("ext4") }: Machine = {}
) => {
  const store = Store.make()
  store.put("/proc/self/mountinfo", mounts)
  if (diskstats !== undefined) store.put("/proc/diskstats", diskstats)
  if (freeBytes !== undefined) store.setCapacity(freeBytes)
  const scratch = Layer.succeed(Scratch, {
    make: () =>
      Effect.sync(() => {
        store.makeDirectory("/scratch", 0)
        return "/scratch"
      })
  })
  return crashtest({ directory: "/", seconds: 5, killsMax: 3 }).pipe(
    Effect.provide(Layer.mergeAll(
      spawner(store, writer),
      MemoryDisk.layer(store),
      scratch,
      Layer.succeed(FileSystemType, { of: () => Effect.succeed(magic) }),
      Layer.succeed(OwnCommand, ["inkfast"])
    ))
  )
}

describe("crashtest, its verdicts", () => {
  it.live("an honest disk passes", () =>
    Effect.gen(function*() {
      const report = yield* pretend(honest)
      assert.strictEqual(find(report, "kills").outcome, "ok")
      assert.include(find(report, "sync").seen, "median 1.10 ms")
      assert.isTrue(report.ok)
    }))

  it.live("a writer that ends by itself is no proof", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(pretend({ ...honest, endsItself: true }))
      assert.include(failure.message, "nobody had killed it")
    }))

  it.effect("a disk whose syncs cost nothing is named", () =>
    Effect.gen(function*() {
      // Under the test's clock no call takes time: the disk's own share is measured as nothing.
      const store = Store.make()
      const syncAloneUs = yield* Effect.provide(timeSyncs("/probe"), MemoryDisk.layer(store))
      assert.strictEqual(syncAloneUs, 0)
      const ext4 = mountIn(mounted("ext4"), "/")
      const tmpfs = mountIn(mounted("tmpfs"), "/")
      const figures = {
        syncMedianUs: 90,
        syncP99Us: 200,
        syncs: 10,
        syncsAlone: 64,
        deviceWrites: null
      } as CrashtestFigures
      const outcome = (aloneUs: number, mount: typeof ext4) =>
        checkSyncs({ ...figures, syncAloneUs: aloneUs }, mount)
      assert.include(outcome(syncAloneUs, ext4).advice, "no device is that fast")
      assert.include(outcome(syncAloneUs, undefined).advice, "no device is that fast")
      assert.strictEqual(outcome(syncAloneUs, tmpfs).outcome, "ok")
      assert.strictEqual(outcome(400, ext4).outcome, "ok")
      assert.include(outcome(80_000, ext4).advice, "slow disk")
    }))

  it.live("syncs that bring nothing to the device are named, however long they take", () =>
    Effect.gen(function*() {
      const diskstats = "   8       1 sda1 10 0 100 10 20 0 200 20 0 30 30 0 0 0 0 0 0\n"
      const report = yield* pretend(honest, { diskstats })
      const { advice, outcome } = find(report, "sync")
      assert.strictEqual(outcome, "warn")
      assert.include(advice, "64 syncs brought 0 writes to the device")
      assert.isTrue(report.ok)
    }))

  it.live("a disk that is all but full is left alone", () =>
    Effect.gen(function*() {
      const report = yield* pretend(honest, { freeBytes: 1024 ** 2 })
      assert.deepStrictEqual(outcomes(report), ["mount ok", "lock ok", "space fail"])
      assert.isNull(report.figures)
      assert.isFalse(report.ok)
    }))

  const liars: ReadonlyArray<[string, Writer, string]> = [
    ["a record that is in neither master", { write: (_, name) => [acknowledge([name])] }, "lost"],
    ["a record that is only in updates", {
      write: (store, name) => {
        add(store, "updates", line(name))
        return [acknowledge([name])]
      }
    }, "lost"],
    ["a record that the last opening takes away", {
      ...honest,
      onOpen: (store) => store.put(master("successes"), "")
    }, "lost"],
    ["a torn line with an end", {
      write: (store, name) => {
        add(store, "updates", Buffer.concat([line(name).subarray(0, 20), Buffer.from("\n")]))
        return honest.write(store, name)
      }
    }, "invalid lines"],
    ["a record twice in one master", {
      write: (store, name) => {
        add(store, "successes", line(name))
        return honest.write(store, name)
      }
    }, "duplicates"],
    ["a temp file that stays", {
      ...honest,
      onOpen: (store) => store.put("/scratch/master/.updates.jsonl.0123456789ab.tmp", "x")
    }, "temp files left"]
  ]
  for (const [name, writer, counted] of liars) {
    it.live(`${name} fails the disk`, () =>
      Effect.gen(function*() {
        const report = yield* pretend(writer)
        const { outcome, seen } = find(report, "kills")
        assert.strictEqual(outcome, "fail")
        assert.isFalse(report.ok)
        for (const each of ["lost", "invalid lines", "duplicates", "temp files left"]) {
          const found = Number(new RegExp(`(\\d+) ${each}`).exec(seen)?.[1])
          if (each === counted) assert.isAbove(found, 0, seen)
          else assert.strictEqual(found, 0, seen)
        }
      }))
  }

  it.live("writers that acknowledge nothing prove nothing", () =>
    Effect.gen(function*() {
      const report = yield* pretend({ write: () => [] })
      assert.deepStrictEqual(outcomes(report), ["mount ok", "lock ok", "sync fail", "kills fail"])
    }))

  it.live("a lock that two processes hold at once fails the disk, and nothing is written there", () =>
    Effect.gen(function*() {
      const report = yield* pretend({ ...honest, lockGranted: () => true })
      assert.deepStrictEqual(outcomes(report), ["mount ok", "lock fail"])
      assert.include(find(report, "lock").seen, "two processes hold one lock")
      assert.isNull(report.figures)
      assert.isFalse(report.ok)
    }))

  it.live("a lock that is never granted fails the disk", () =>
    Effect.gen(function*() {
      const report = yield* pretend({ ...honest, lockGranted: () => false })
      assert.include(find(report, "lock").seen, "let go is not granted")
    }))

  const mounts: ReadonlyArray<[string, string, string]> = [
    ["nfs4", "warn", "network"],
    ["cifs", "warn", "network"],
    ["fuse.sshfs", "warn", "network"],
    ["9p", "warn", "network"],
    ["fuseblk", "warn", "user space"],
    ["tmpfs", "warn", "tmpfs does not survive a power cut"],
    ["overlay", "warn", "volume"],
    ["xfs", "ok", ""]
  ]
  for (const [type, outcome, advice] of mounts) {
    it.live(`${type} is ${outcome}`, () =>
      Effect.gen(function*() {
        const report = yield* pretend(honest, { mounts: mounted(type) })
        assert.strictEqual(find(report, "mount").outcome, outcome)
        assert.include(find(report, "mount").advice, advice)
        assert.isTrue(report.ok)
      }))
  }

  for (const [what, mounts] of [["no table", ""], ["another mount", mounted("ext4")]] as const) {
    it.live(`a network file system is found where there is ${what} of mounts, by its number`, () =>
      Effect.gen(function*() {
        const report = yield* pretend(honest, { mounts, magic: 0x6969 })
        assert.strictEqual(find(report, "mount").outcome, "warn")
        assert.include(find(report, "mount").advice, "nfs is a network")
      }))
  }

  it("its requirements have no appender and no model: only its children write", () => {
    type Needed = Effect.Services<ReturnType<typeof crashtest>>
    const appender: DurableAppender extends Needed ? true : false = false
    const model: Llm extends Needed ? true : false = false
    assert.isFalse(appender || model)
  })
})
