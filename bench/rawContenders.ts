// The least that making records durable in two files takes, without and with what it takes to share them.
import * as fs from "node:fs"
import { createRequire } from "node:module"
import { promisify } from "node:util"
import { crc32 } from "node:zlib"
import type { MasterRecord } from "../src/services/master/Record.ts"
import { toLineObject } from "../src/services/master/Record.ts"
import type { Contender } from "./appenderContenders.ts"
import { inBatches } from "./appenderContenders.ts"

interface Locks {
  readonly tryLock: (fd: number, offset: number, length: number) => boolean
  readonly unlock: (fd: number, offset: number, length: number) => void
}

const locks = createRequire(import.meta.url)("fs-native-extensions") as Locks
const write = promisify(fs.write)
const fdatasync = promisify(fs.fdatasync)
const batchBytesMax = 1024 * 1024
/** NodeDisk's own limit for an append that does not go through the thread pool. */
const atOnceBytesMax = 128 * 1024

const serialise = (record: MasterRecord): string => {
  const body = JSON.stringify(toLineObject(record)).slice(0, -1)
  return `${body},"_crc":"${crc32(body).toString(16).padStart(8, "0")}"}\n`
}

const rawPaths = (directory: string, name: string): ReadonlyArray<string> =>
  ["updates", "successes"].map((each) => `${directory}/${name}-${each}.jsonl`)

const serialiseAll = (batch: ReadonlyArray<MasterRecord>): Buffer =>
  Buffer.from(batch.map(serialise).join(""))

const writeInPieces = async (file: number, bytes: Buffer) => {
  for (let at = 0; at < bytes.length; at += batchBytesMax) {
    await write(file, bytes, at, Math.min(batchBytesMax, bytes.length - at))
  }
}

/** The least that has to be done: serialise, write and sync the first file, write and sync the second. */
export const raw = (directory: string): Contender => {
  const files = rawPaths(directory, "raw").map((each) => fs.openSync(each, "a"))
  const put = async (batch: ReadonlyArray<MasterRecord>) => {
    const bytes = serialiseAll(batch)
    for (const file of files) {
      await writeInPieces(file, bytes)
      await fdatasync(file)
    }
  }
  return {
    name: "raw",
    drive: (writers, next, took) => inBatches(writers, next, took, put),
    close: () => files.forEach((file) => fs.closeSync(file))
  }
}

/**
 * Raw with the calls that the appender makes besides, for the sake of crashes and other processes (lock, slot, identity
 * of both files), and with small writes made at once as it makes them: what of its cost is not its own code.
 */
export const rawGuarded = (directory: string): Contender => {
  const paths = rawPaths(directory, "guarded")
  const files = paths.map((each) => fs.openSync(each, "a"))
  const lockFile = fs.openSync(`${directory}/guarded.lock`, "w+")
  const turnstile = { offset: 2 ** 52 + 1, length: 1 }
  const body = { offset: 2 ** 52, length: 1 }
  const slot = Buffer.alloc(128)
  const put = async (batch: ReadonlyArray<MasterRecord>) => {
    const bytes = serialiseAll(batch)
    locks.tryLock(lockFile, turnstile.offset, turnstile.length)
    locks.tryLock(lockFile, body.offset, body.length)
    locks.unlock(lockFile, turnstile.offset, turnstile.length)
    fs.readSync(lockFile, slot, 0, slot.length, 0)
    const sizes = paths.map((each) => fs.statSync(each).size)
    for (const file of files) {
      if (bytes.length <= atOnceBytesMax) fs.writeSync(file, bytes)
      else await writeInPieces(file, bytes)
      await fdatasync(file)
    }
    sizes.forEach((size, index) => slot.writeDoubleLE(size + bytes.length, 32 + 16 * index))
    slot.writeUInt32LE(crc32(slot.subarray(0, 124)), 124)
    fs.writeSync(lockFile, slot, 0, slot.length, 0)
    locks.unlock(lockFile, body.offset, body.length)
  }
  return {
    name: "raw, guarded",
    drive: (writers, next, took) => inBatches(writers, next, took, put),
    close: () => [...files, lockFile].forEach((file) => fs.closeSync(file))
  }
}
