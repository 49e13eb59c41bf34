// Disks of our own (blockServer.ts) made into file systems of the real kernel, and everything of it taken down again.
import { execFileSync, fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { Command, EventSummary, Fate } from "./blockServer.ts"

export type FileSystem = "ext4" | "xfs"

const mebibyte = 1024 * 1024

const kinds = {
  ext4: {
    size: 48 * mebibyte,
    mkfs: [
      "mkfs.ext4",
      "-F",
      "-q",
      "-b",
      "4096",
      "-E",
      "nodiscard,lazy_itable_init=0,lazy_journal_init=0"
    ],
    options: "loop,noatime"
  },
  xfs: {
    size: 320 * mebibyte,
    mkfs: ["mkfs.xfs", "-f", "-q", "-K"],
    options: "loop,noatime,nouuid"
  }
} as const

const prefix = "inkfast-block-"

const run = (command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

const has = (command: string): boolean => {
  try {
    run("sh", "-c", `command -v ${command}`)
    return true
  } catch {
    return false
  }
}

/** Why no disk can be made here; undefined where one can. */
export const whyNoBlockDisk = (kind: FileSystem): string | undefined => {
  if (process.platform !== "linux") return "this is not Linux"
  if (process.getuid?.() !== 0) return "only root may mount"
  for (const device of ["/dev/fuse", "/dev/loop-control"]) {
    if (!fs.existsSync(device)) return `there is no ${device}`
  }
  const missing = ["mount", "umount", "losetup", kinds[kind].mkfs[0]].find((each) => !has(each))
  return missing && `${missing} is not installed`
}

const isAlive = (pid: number): boolean => fs.existsSync(`/proc/${pid}`)

const unmountBelow = (directory: string): void => {
  const points = fs.readFileSync("/proc/mounts", "utf8").split("\n").map((line) =>
    line.split(" ")[1] ?? ""
  )
  for (const point of points.reverse()) {
    if (!point.startsWith(`${directory}/`)) continue
    try {
      run("umount", point)
    } catch {
      run("umount", "-l", point)
    }
  }
}

/** A file system that was not unmounted keeps its loop device; one whose server died holds nothing any more. */
const takeDown = (directory: string): void => {
  unmountBelow(directory)
  for (
    const line of run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").split("\n")
  ) {
    const [device = "", file = ""] = line.trim().split(/\s+/)
    if (file.startsWith(`${directory}/`)) run("losetup", "--detach", device)
  }
  fs.rmSync(directory, { recursive: true, force: true })
}

/** Takes down what runs that were killed have left. */
export const sweepBlockDisks = (): void => {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) {
      takeDown(path.join(fs.realpathSync(os.tmpdir()), name))
    }
  }
}

export class BlockHost {
  readonly kind: FileSystem
  readonly #directory: string
  readonly #server: ChildProcess
  readonly #waiting = new Map<
    number,
    { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void }
  >()
  readonly #atExit = () => this.dispose()
  #lastId = 0

  private constructor(kind: FileSystem, directory: string, server: ChildProcess) {
    this.kind = kind
    this.#directory = directory
    this.#server = server
  }

  static async start(kind: FileSystem): Promise<BlockHost> {
    sweepBlockDisks()
    const directory = fs.realpathSync(
      fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`))
    )
    const disks = path.join(directory, "disks")
    fs.mkdirSync(disks)
    const server = fork(path.join(import.meta.dirname, "blockServer.ts"), [disks], {
      serialization: "advanced",
      execArgv: []
    })
    const host = new BlockHost(kind, directory, server)
    process.once("exit", host.#atExit)
    try {
      await host.#listen()
    } catch (error) {
      host.dispose()
      throw error
    }
    return host
  }

  /** Always to be called, whatever happened before. */
  dispose(): void {
    process.off("exit", this.#atExit)
    unmountBelow(this.#directory)
    this.#server.kill("SIGKILL")
    takeDown(this.#directory)
  }

  /** A new disk with an empty file system. */
  async make(name: string): Promise<void> {
    const { mkfs: [command, ...args], size } = kinds[this.kind]
    await this.#send({ _tag: "create", name, size })
    run(command, ...args, this.fileOf(name))
    await this.restart(name)
  }

  /** A disk with the bytes of a file. */
  async load(name: string, file: string): Promise<void> {
    await this.#send({ _tag: "load", name, file })
  }

  restart(name: string): Promise<unknown> {
    return this.#send({ _tag: "restart", name })
  }

  async events(name: string): Promise<ReadonlyArray<EventSummary>> {
    return (await this.#send({ _tag: "events", name })) as ReadonlyArray<EventSummary>
  }

  /** `at` undefined: now. */
  cut(name: string, at: number | undefined, fate: Fate, as: string): Promise<unknown> {
    return this.#send({ _tag: "cut", name, at, fate, as })
  }

  failWrite(name: string, nth: number, needle?: string): Promise<unknown> {
    return this.#send({ _tag: "failWrite", name, nth, needle })
  }

  async failures(name: string): Promise<number> {
    return (await this.#send({ _tag: "failures", name })) as number
  }

  drop(name: string): Promise<unknown> {
    return this.#send({ _tag: "drop", name })
  }

  /** A directory outside of every disk, gone with the host. */
  scratch(): string {
    const directory = path.join(this.#directory, "scratch")
    fs.mkdirSync(directory, { recursive: true })
    return directory
  }

  fileOf(name: string): string {
    return path.join(this.#directory, "disks", name)
  }

  /** Whatever is written to this file stands in the disk's history, in its place among the writes. */
  notesOf(name: string): string {
    return `${this.fileOf(name)}.notes`
  }

  pointOf(name: string): string {
    return path.join(this.#directory, `at-${name}`)
  }

  /** Answers the directory of the file system. */
  mount(name: string): string {
    const point = this.pointOf(name)
    fs.mkdirSync(point, { recursive: true })
    const mount = () =>
      run("mount", "-t", this.kind, "-o", kinds[this.kind].options, this.fileOf(name), point)
    try {
      mount()
    } catch (error) {
      // Somebody else took the loop device that mount(8) had found free.
      if (!String(error).includes("failed to setup loop device")) throw error
      mount()
    }
    return point
  }

  unmount(name: string): void {
    const point = this.pointOf(name)
    run("umount", point)
    fs.rmdirSync(point)
  }

  /** Copies the bytes of a disk out, zeros left out, so that it can be looked at afterwards. */
  save(name: string, file: string): void {
    run("cp", "--sparse=always", this.fileOf(name), file)
  }

  #send(command: Command): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#server.send({ id, command })
    })
  }

  #listen(): Promise<unknown> {
    this.#server.on(
      "message",
      (
        { answer, error, id }: {
          readonly id: number
          readonly answer?: unknown
          readonly error?: string
        }
      ) => {
        const waiting = this.#waiting.get(id)
        this.#waiting.delete(id)
        if (error === undefined) waiting?.resolve(answer)
        else waiting?.reject(new Error(error))
      }
    )
    this.#server.once("exit", (code, signal) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`the block server ended with ${signal ?? code}`))
      }
    })
    return new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }))
  }
}
