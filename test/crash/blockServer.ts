// A file system of disks in memory, mounted by way of /dev/fuse: a process of its own, since whoever serves a file
// system must not wait for it.
//
//   fork("blockServer.ts", [<mount point>])   Commands come as messages `{ id, command }`, answers as `{ id, answer }`.
//
// Opening /dev/fuse needs no native code, and neither does mount(2): mount(8) is given the open descriptor as its third
// and names it in the options.
import { Buffer } from "node:buffer"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { BlockImage, tears } from "./blockImage.ts"
import type { Keep } from "./blockImage.ts"
import * as Fuse from "./blockFuse.ts"
import { seededRandom } from "../../src/layers/CrashChoices.ts"

/** How much of what no flush covers is there after a power cut. */
export interface Fate {
  /** Of 1: 0 nothing, 1 everything. */
  readonly chance: number
  readonly tear: keyof typeof tears
  readonly seed: number
}

export interface EventSummary {
  readonly kind: "write" | "flush" | "note"
  readonly text: string
}

export type Command =
  | { readonly _tag: "create"; readonly name: string; readonly size: number }
  /** One with the bytes of a file. */
  | { readonly _tag: "load"; readonly name: string; readonly file: string }
  /** Its history begins anew. */
  | { readonly _tag: "restart"; readonly name: string }
  | { readonly _tag: "events"; readonly name: string }
  /** The disk that a power cut before event `at` of `name` leaves, as a new one. */
  | {
    readonly _tag: "cut"
    readonly name: string
    readonly at: number | undefined
    readonly fate: Fate
    readonly as: string
  }
  | {
    readonly _tag: "failWrite"
    readonly name: string
    readonly nth: number
    readonly needle: string | undefined
  }
  /** How many writes failed. */
  | { readonly _tag: "failures"; readonly name: string }
  | { readonly _tag: "drop"; readonly name: string }

interface Served {
  readonly name: string
  image: BlockImage
  /** What it was when its history began. */
  origin: BlockImage
}

/** `<disk>.notes` is a file whose every write is a note in the history of the disk. */
const notesEnd = ".notes"
const firstNode = 2
const served = new Map<number, Served>()
let nextNode = firstNode

const add = (name: string, image: BlockImage): void => {
  // Two numbers each: the disk's and, after it, that of its notes.
  served.set(nextNode, { name, image: image.snapshot(), origin: image.snapshot() })
  nextNode += 2
}

const nodeOf = (name: string): number => {
  for (const [node, each] of served) if (each.name === name) return node
  throw new Error(`there is no disk ${name}`)
}

const find = (name: string): Served => served.get(nodeOf(name))!

const keepOf = ({ chance, seed, tear }: Fate): Keep => {
  const random = seededRandom(seed)
  return { tearBytes: tears[tear], keeps: () => random() < chance }
}

const obey = (command: Command): unknown => {
  if (command._tag === "create") return add(command.name, BlockImage.empty(command.size))
  if (command._tag === "load") return add(command.name, BlockImage.of(command.file))
  if (command._tag === "drop") return void served.delete(nodeOf(command.name))
  const disk = find(command.name)
  switch (command._tag) {
    case "restart":
      disk.origin = disk.image.snapshot()
      disk.image = disk.image.snapshot()
      return
    case "events":
      return disk.image.events.map((event) => ({
        kind: event.kind,
        text: event.kind === "note" ? event.text : ""
      }))
    case "cut": {
      const { events } = disk.image
      return add(
        command.as,
        BlockImage.afterCut(disk.origin, events, command.at ?? events.length, keepOf(command.fate))
      )
    }
    case "failWrite":
      return disk.image.failWrite(
        command.nth,
        command.needle === undefined ? undefined : Buffer.from(command.needle)
      )
    case "failures":
      return disk.image.failures
  }
}

process.on("message", ({ command, id }: { readonly id: number; readonly command: Command }) => {
  try {
    process.send?.({ id, answer: obey(command) })
  } catch (error) {
    process.send?.({ id, error: String(error) })
  }
})
process.on("disconnect", () => process.exit(0))

const attributesOf = (node: number): Fuse.Attributes | undefined => {
  if (node === Fuse.rootNode) return { node, size: 0, isDirectory: true }
  if (node % 2 === 1) {
    return served.has(node - 1)
      ? { node, size: 0, isDirectory: false }
      : undefined
  }
  const disk = served.get(node)
  return disk && { node, size: disk.image.size, isDirectory: false }
}

const lookup = (name: string): Fuse.Attributes | undefined => {
  const isNotes = name.endsWith(notesEnd)
  const wanted = isNotes ? name.slice(0, -notesEnd.length) : name
  for (const [node, each] of served) {
    if (each.name === wanted) return attributesOf(isNotes ? node + 1 : node)
  }
  return undefined
}

const write = (node: number, body: Buffer): Buffer | number => {
  const { data, offset } = Fuse.decodeWrite(body)
  if (node % 2 === 1) served.get(node - 1)!.image.note(data.toString("utf8").trimEnd())
  else if (!served.get(node)!.image.write(offset, data)) return Fuse.errors.EIO
  return Fuse.writeReply(data.byteLength)
}

/** A body, an errno, or nothing for what wants no reply. */
const answer = ({ body, node, opcode }: Fuse.FuseRequest): Buffer | number | undefined => {
  const { opcodes } = Fuse
  if (opcode === opcodes.init) return Fuse.initReply()
  if (opcode === opcodes.forget || opcode === opcodes.batchForget || opcode === opcodes.interrupt) {
    return undefined
  }
  if (opcode === opcodes.statfs) return Fuse.statfsReply()
  if (opcode === opcodes.lookup) {
    const found = lookup(Fuse.decodeName(body))
    return found ? Fuse.entryReply(found) : Fuse.errors.ENOENT
  }
  const attributes = attributesOf(node)
  if (opcode === opcodes.release || opcode === opcodes.flush) return 0
  if (attributes === undefined) return Fuse.errors.ENOENT
  if (opcode === opcodes.getattr || opcode === opcodes.setattr) {
    return Fuse.attributesReply(attributes)
  }
  if (opcode === opcodes.open) return Fuse.openReply(node)
  if (opcode === opcodes.write) return write(node, body)
  const disk = served.get(node)
  if (opcode === opcodes.fsync) {
    disk?.image.flush()
    return 0
  }
  if (opcode !== opcodes.read || disk === undefined) return Fuse.errors.ENOSYS
  const { length, offset } = Fuse.decodeRead(body)
  return disk.image.read(offset, length)
}

const device = fs.openSync("/dev/fuse", "r+")
const options = "fd=3,rootmode=40000,user_id=0,group_id=0"
const mounted = spawnSync("mount", [
  "-i",
  "-t",
  "fuse",
  "-o",
  options,
  "inkfast-block",
  process.argv[2]!
], {
  stdio: ["ignore", "ignore", "pipe", device],
  encoding: "utf8"
})
if (mounted.status !== 0) {
  process.send?.({ id: 0, error: `mount: ${mounted.stderr.trim()}` })
  process.exit(1)
}

const reply = (request: Fuse.FuseRequest): void => {
  const body = answer(request)
  if (body === undefined) return
  const bytes = typeof body === "number"
    ? Fuse.encodeReply(request.unique, body)
    : Fuse.encodeReply(request.unique, 0, body)
  try {
    fs.writeSync(device, bytes)
  } catch (error) {
    // Whoever asked has given up.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}

const buffer = Buffer.alloc(Fuse.requestBytesMax)
const serve = (): void => {
  fs.read(device, buffer, 0, buffer.length, null, (error, length) => {
    // ENODEV: unmounted. ENOENT, EINTR, EAGAIN: a request that was taken back.
    if (error?.code === "ENODEV") return process.exit(0)
    if (error === null) reply(Fuse.decodeRequest(buffer.subarray(0, length)))
    serve()
  })
}
serve()
process.send?.({ id: 0, answer: "ready" })
