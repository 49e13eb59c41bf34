// Where a workload plays: a machine, its processes, and a list of what was promised to them and when.
import type * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { CrashMachine, CrashProcess } from "../../../src/layers/CrashDisk.ts"
import type { AppendError } from "../../../src/services/durability/AppendError.ts"
import type { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { paths } from "../../../src/services/durability/DataDirectory.ts"
import type { Disk, DiskError } from "../../../src/services/durability/Disk.ts"
import type { FileLock } from "../../../src/services/durability/FileLock.ts"
import type { ConsolidationError } from "../../../src/services/master/Consolidation.ts"
import { Drive } from "./drive.ts"
import type { Subject } from "./subject.ts"

export const data = paths("/data")

export type PromiseKind = "record" | "reject" | "intent" | "response"

/** Something a process was told is durable. */
export interface Promised {
  readonly kind: PromiseKind
  readonly id: string
  readonly slug: string
  readonly atMs: number
  /** How many of the machine's changes were done when it was told. */
  readonly after: number
  /** Only in this master: nobody was told, but a crash has left it there whole. */
  readonly only?: "updates" | "successes"
}

/** What ends a program. */
export type ProgramError = AppendError | ConsolidationError | DiskError
type Services = Disk | FileLock | DataDirectory | Scope.Scope
export type Program = (
  stage: Stage,
  process: CrashProcess
) => Effect.Effect<void, ProgramError, Services>
/** Puts itself between a process and its disk: a planted defect. */
export type Tamper = (
  services: Context.Context<Disk | FileLock>
) => Context.Context<Disk | FileLock>

export class Stage {
  readonly subject: Subject
  readonly machine: CrashMachine
  readonly promised: Array<Promised>
  /** Moments that the program names, by how many of the machine's changes were done. */
  readonly marks = new Map<
    string,
    { readonly after: number; readonly files: ReadonlyMap<string, Buffer> }
  >()
  readonly #drive: Drive
  /** Whose programs have not come to an end. */
  readonly #working = new Set<CrashProcess>()
  readonly #tamper: Tamper | undefined
  /** Whether a program is to do all that it can, or the part that matters most. */
  isThorough = true
  /** Whether callers whose line failed go on with their next one, as if nothing had happened. */
  goesOn = false
  /** A number for the next record or reject that no earlier stage of the same disk has used. */
  readonly fresh: () => number
  /** What ended a program that was not killed. */
  failure: Cause.Cause<ProgramError> | undefined

  constructor(
    subject: Subject,
    machine: CrashMachine,
    seed: number,
    tamper?: Tamper,
    promised: ReadonlyArray<Promised> = []
  ) {
    this.subject = subject
    this.machine = machine
    this.promised = [...promised]
    this.#tamper = tamper
    const boot = Number(machine.image.bootId.slice("boot-".length))
    let next = 1000 * boot + machine.store.ops.length
    this.#drive = new Drive(seed, String(next))
    this.fresh = () => next++
  }

  /** Starts a process; nothing happens before `play`. */
  process(program: Program): CrashProcess {
    const process = this.machine.process()
    const tamper = this.#tamper
    const disk = tamper === undefined ? process.layer : Layer.effectContext(
      Effect.map(Effect.context<Disk | FileLock>(), tamper)
    ).pipe(Layer.provide(process.layer))
    const effect = Effect.scoped(Effect.suspend(() => program(this, process))).pipe(
      Effect.provide(Layer.merge(disk, this.subject.DataDirectory.layer("/data"))),
      Effect.catchCause((cause) =>
        Effect.sync(() => {
          if (process.isAlive()) this.failure ??= cause
        })
      ),
      Effect.ensuring(Effect.sync(() => void this.#working.delete(process)))
    )
    this.#working.add(process)
    this.#drive.start(Effect.andThen(Effect.yieldNow, effect))
    return process
  }

  play(): void {
    this.#drive.run()
  }

  /** Whether a process that nobody killed waits for what never comes. */
  get hangs(): boolean {
    return [...this.#working].some((process) => process.isAlive())
  }

  /** One of several things that a caller does: where it fails, the stage says whether that ends the caller. */
  onward<R>(step: Effect.Effect<void, ProgramError, R>): Effect.Effect<void, ProgramError, R> {
    // In its own time: what is asked for at once stands in line behind the failure, and fails with it.
    return Effect.catch(step, (error) => this.goesOn ? Effect.yieldNow : Effect.fail(error))
  }

  /** Notes that a living process was told so. */
  tell(process: CrashProcess, promised: Omit<Promised, "after">): void {
    if (process.isAlive()) this.promised.push({ ...promised, after: this.machine.store.ops.length })
  }

  mark(name: string): void {
    const { store } = this.machine
    const files = new Map(store.files().map((file) => [file, store.get(file) ?? Buffer.alloc(0)]))
    this.marks.set(name, { after: store.ops.length, files })
  }
}
