// The ways of making a record durable that the appender is measured against, each driven by so many writers at once.
import { ClassicLevel } from "classic-level"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as lmdb from "lmdb"
import * as fs from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { promisify } from "node:util"
import * as NativeFileLock from "../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../src/layers/NodeDisk.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import { DurableAppender } from "../src/services/durability/DurableAppender.ts"
import type { MasterRecord } from "../src/services/master/Record.ts"
import { toLineObject } from "../src/services/master/Record.ts"

/** Hands out the records of a measurement one by one; undefined when its time is over. */
export type NextRecord = () => MasterRecord | undefined

/** Runs until `next` is exhausted and tells how long each record took, from being handed over to being durable. */
export type Drive = (
  writers: number,
  next: NextRecord,
  took: (latencyMs: number) => void
) => Promise<void>

export interface Contender {
  readonly name: string
  readonly drive: Drive
  readonly close: () => Promise<void> | void
}

const write = promisify(fs.write)

const takeBatch = (writers: number, next: NextRecord): Array<MasterRecord> => {
  const batch: Array<MasterRecord> = []
  while (batch.length < writers) {
    const record = next()
    if (record === undefined) break
    batch.push(record)
  }
  return batch
}

/** As many writers that each wait for their own record before they bring the next. */
const concurrently = async (
  writers: number,
  next: NextRecord,
  took: (latencyMs: number) => void,
  put: (record: MasterRecord) => Promise<unknown>
) => {
  const writer = async () => {
    for (let record = next(); record !== undefined; record = next()) {
      const startMs = performance.now()
      await put(record)
      took(performance.now() - startMs)
    }
  }
  await Promise.all(Array.from({ length: writers }, writer))
}

/** Batches of as many records as there are writers, one after the other. */
export const inBatches = async (
  writers: number,
  next: NextRecord,
  took: (latencyMs: number) => void,
  put: (batch: ReadonlyArray<MasterRecord>) => Promise<void> | void
) => {
  for (let batch = takeBatch(writers, next); batch.length > 0; batch = takeBatch(writers, next)) {
    const startMs = performance.now()
    await put(batch)
    const latencyMs = performance.now() - startMs
    for (const _ of batch) took(latencyMs)
  }
}

export const inkfast = async (directory: string): Promise<Contender> => {
  const scope = Scope.makeUnsafe()
  const layer = DurableAppender.layer.pipe(
    Layer.provide([
      DataDirectory.layer(`${directory}/inkfast`),
      NodeDisk.layer,
      NativeFileLock.layer
    ])
  )
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const drive: Drive = (writers, next, took) => {
    const writer = Effect.gen(function*() {
      const appender = yield* DurableAppender
      for (let record = next(); record !== undefined; record = next()) {
        const startMs = performance.now()
        yield* appender.append(record)
        took(performance.now() - startMs)
      }
    })
    const all = Effect.all(Array.from({ length: writers }, () => writer), {
      concurrency: "unbounded",
      discard: true
    })
    return Effect.runPromise(Effect.provide(all, context))
  }
  return { name: "inkfast", drive, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

/** A file for each record, then both masters, with every sync that such scripts leave out. */
export const usualScript = (directory: string): Contender => {
  const files = ["updates", "successes"].map((name) =>
    fs.openSync(`${directory}/script-${name}.jsonl`, "a")
  )
  const put = async (record: MasterRecord) => {
    const line = `${JSON.stringify(toLineObject(record))}\n`
    const temp = `${directory}/script-${record.slug}.tmp`
    const staged = await fs.promises.open(temp, "w")
    await staged.writeFile(line)
    await staged.sync()
    await staged.close()
    for (const file of files) {
      await write(file, line)
      await promisify(fs.fsync)(file)
    }
    await fs.promises.unlink(temp)
  }
  return {
    name: "script, durable",
    // The scripts work on one item after the other.
    drive: (_writers, next, took) => concurrently(1, next, took, put),
    close: () => files.forEach((file) => fs.closeSync(file))
  }
}

const openSqlite = (file: string) => {
  const database = new DatabaseSync(file)
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE records (id TEXT PRIMARY KEY, line TEXT)"
  )
  const insert = database.prepare("INSERT OR REPLACE INTO records VALUES (?, ?)")
  let written = 0
  return {
    database,
    insert: (record: MasterRecord) =>
      insert.run(`${record.meta.id}-${written++}`, JSON.stringify(toLineObject(record)))
  }
}

export const sqlite = (directory: string): Contender => {
  const { database, insert } = openSqlite(`${directory}/single.sqlite`)
  return {
    name: "sqlite",
    drive: (_writers, next, took) =>
      inBatches(1, next, took, ([record]) => void (record && insert(record))),
    close: () => database.close()
  }
}

export const sqliteGrouped = (directory: string): Contender => {
  const { database, insert } = openSqlite(`${directory}/grouped.sqlite`)
  const put = (batch: ReadonlyArray<MasterRecord>) => {
    database.exec("BEGIN")
    for (const record of batch) insert(record)
    database.exec("COMMIT")
  }
  return {
    name: "sqlite, grouped",
    drive: (writers, next, took) => inBatches(writers, next, took, put),
    close: () => database.close()
  }
}

export const lmdbStore = (directory: string): Contender => {
  // Without overlappingSync a put is answered when it is on the disk, not when it is visible.
  const store = lmdb.open<string, string>({ path: `${directory}/lmdb`, overlappingSync: false })
  let written = 0
  return {
    name: "lmdb",
    drive: (writers, next, took) =>
      concurrently(
        writers,
        next,
        took,
        (record) =>
          store.put(`${record.meta.id}-${written++}`, JSON.stringify(toLineObject(record)))
      ),
    close: () => store.close()
  }
}

export const level = (directory: string): Contender => {
  const store = new ClassicLevel<string, string>(`${directory}/level`)
  let written = 0
  return {
    name: "classic-level",
    drive: (writers, next, took) =>
      concurrently(
        writers,
        next,
        took,
        (record) =>
          store.put(`${record.meta.id}-${written++}`, JSON.stringify(toLineObject(record)), {
            sync: true
          })
      ),
    close: () => store.close()
  }
}
