// Goes through the states that crashes leave of a workload, opens each with the code under test, and checks it.
//
// A workload is run once and its calls are recorded. What a crash at some moment leaves is worked out from the record, so
// only recovery runs for each state. Two equal disks recover equally: a disk that was seen before is not opened again,
// but what was promised at this moment is still checked against what came of it.
import * as Cause from "effect/Cause"
import { choices } from "../../../src/layers/CrashChoices.ts"
import { CrashMachine } from "../../../src/layers/CrashDisk.ts"
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import { CrashModel } from "../../../src/layers/CrashModel.ts"
import { callsOf } from "./faults.ts"
import type { Counts, Cut, Dead, ExploreOptions, Finding, Origin, Recording } from "./findings.ts"
import { noCounts, originOf, runOf } from "./findings.ts"
import { digest } from "../../../src/services/Digest.ts"
import { isCoarse, keyOf, wholeIn } from "./images.ts"
import * as Invariants from "./invariants.ts"
import type { Outcome } from "./judge.ts"
import { brokenBy, judge } from "./judge.ts"
import { numberOf } from "./numberOf.ts"
import type { Promised, Tamper } from "./stage.ts"
import { Stage } from "./stage.ts"
import type { Subject } from "./subject.ts"
import type { Workload } from "./workloads.ts"

const outcomesMax = 20_000

export class Explorer {
  readonly counts: Counts = noCounts()
  readonly findings: Array<Finding> = []
  readonly subject: Subject
  readonly options: ExploreOptions
  readonly tamper: Tamper | undefined
  readonly #outcomes = new Map<string, Outcome>()
  readonly #seen = new Set<string>()
  #repairs = 0

  constructor(subject: Subject, options: ExploreOptions, tamper?: Tamper) {
    this.subject = subject
    this.options = options
    this.tamper = tamper
  }

  get isDone(): boolean {
    const { wanted } = this.options
    return this.findings.some(({ broken }) => wanted === undefined || wanted.test(broken))
  }

  record(workload: Workload, schedule: number, killAt?: number): Recording {
    const machine = new CrashMachine(workload.image)
    const callsOfAll = callsOf(machine.store)
    const stage = new Stage(this.subject, machine, schedule, this.tamper)
    const processes = workload.start(stage)
    if (killAt !== undefined) processes[0]?.killAt(killAt)
    stage.play()
    const origin: Origin = {
      workload: workload.name,
      schedule,
      cuts: [],
      ...(killAt === undefined ? {} : { killAt })
    }
    if (stage.failure !== undefined) {
      this.report(origin, `the workload fails: ${Cause.pretty(stage.failure)}`)
    } else if (stage.hangs) this.report(origin, "a process of the workload waits for ever")
    return {
      origin,
      run: runOf(origin),
      workload,
      image: workload.image,
      ops: machine.store.ops,
      begin: { ops: [], model: new CrashModel(workload.image) },
      promised: stage.promised,
      calls: processes[0]?.calls() ?? 0,
      callsOfAll
    }
  }

  /** Every moment of a recording from one on: all processes die, or the power is cut. */
  crash(recording: Recording, from = 0, depth = 0): void {
    const { ops, workload } = recording
    const { perMoment, perRecoveryMoment, seed } = this.options
    const begin = recording.begin.ops.length
    const model = recording.begin.model.fork()
    for (let after = begin; after <= ops.length && !this.isDone; after++) {
      const op = ops[after - 1]
      if (op !== undefined && after > begin) model.apply(op)
      if (after < from) continue
      if (depth < this.options.killDepthMax) this.#kill(recording, model, after, depth)
      const { dimensions, image } = model.survivors({ sectorBytes: workload.sectorBytes, isCoarse })
      const here = numberOf(`${seed} ${after} ${depth}`)
      for (const choice of choices(dimensions, depth === 0 ? perMoment : perRecoveryMoment, here)) {
        this.#visit(recording, { after, choice }, image(choice), depth)
      }
    }
  }

  /** All processes die at this moment, or amid the write that comes next. */
  #kill(recording: Recording, model: CrashModel, after: number, depth: number): void {
    const { ops } = recording
    const next = ops[after]
    const done = ops.slice(0, after)
    const visit = (dead: Dead, tornBytes?: number) => {
      const image = dead.model.live()
      const cut: Cut = {
        after,
        choice: undefined,
        ...(tornBytes === undefined ? {} : { tornBytes })
      }
      // A power cut leaves whatever it likes to a reader who comes before the recovery.
      const isReadable = recording.origin.cuts.every(({ choice }) => choice === undefined)
      const broken = isReadable
        ? Invariants.brokenReader(Invariants.filesOf(image))
        : undefined
      if (broken !== undefined) this.report(originOf(recording, cut), broken)
      this.#visit(recording, cut, image, depth, dead)
    }
    visit({ ops: done, model })
    if (next?.kind !== "write") return
    const { byteLength } = next.bytes
    for (const tornBytes of new Set([1, byteLength >> 1, byteLength - 1])) {
      if (tornBytes === 0 || tornBytes === byteLength) continue
      const torn = { ...next, bytes: next.bytes.subarray(0, tornBytes) }
      const tornModel = model.fork()
      tornModel.apply(torn)
      visit({ ops: [...done, torn], model: tornModel }, tornBytes)
    }
  }

  /** One state: opened, unless an equal disk was, and checked. */
  #visit(
    recording: Recording,
    cut: Cut,
    image: CrashImage,
    depth: number,
    dead?: Dead
  ): void {
    const { workload } = recording
    const key = dead === undefined ? keyOf(image) : `${keyOf(image)} ${digest(dead.model.doubt())}`
    const state = `${recording.run} ${cut.after} ${key}`
    if (this.#seen.has(state)) return
    this.#seen.add(state)
    this.counts.states++
    if (depth > 0) this.counts.inRecovery++
    if (cut.choice === undefined) this.counts.kills++
    const promised = recording.promised.filter(({ after }) => after <= cut.after)
    const origin = originOf(recording, cut)
    const files = Invariants.filesOf(image)
    const before = Invariants.mastersWithRedo(files)
    const raw = workload.isJournal
      ? undefined
      : Invariants.brokenPromise(before, promised) ?? Invariants.brokenOrder(before)
    if (raw !== undefined) return this.report(origin, `${raw} (before recovery)`)
    const outcome = this.#outcomes.get(key) ??
      this.#open(recording, origin, image, promised, depth, dead)
    this.#remember(key, outcome)
    const broken = brokenBy(outcome, promised)
    if (broken !== undefined) this.report(origin, broken)
  }

  #open(
    recording: Recording,
    origin: Origin,
    image: CrashImage,
    promised: ReadonlyArray<Promised>,
    depth: number,
    dead: Dead | undefined
  ): Outcome {
    const { workload } = recording
    const machine = dead === undefined
      ? new CrashMachine(image)
      : new CrashMachine(recording.image, dead.ops, dead.model)
    const begin = dead ?? { ops: [], model: new CrashModel(image) }
    const stage = new Stage(this.subject, machine, 0, this.tamper)
    stage.isThorough = this.counts.disks % this.options.thoroughEvery === 0
    stage.process(workload.reopen)
    stage.play()
    const outcome = judge(stage, workload, image, begin)
    this.counts.disks++
    if (outcome.broken === undefined && this.#crashesRecovery(machine, begin, depth)) {
      const before = promised.map((each) => ({ ...each, after: 0 }))
      const whole = dead === undefined && !workload.isJournal ? wholeIn(image) : []
      this.crash(
        {
          ...recording,
          origin,
          run: runOf(origin),
          image: machine.image,
          ops: machine.store.ops,
          begin,
          promised: [...before, ...whole, ...stage.promised]
        },
        begin.ops.length + 1,
        depth + 1
      )
    }
    return outcome
  }

  #crashesRecovery(machine: CrashMachine, begin: Dead, depth: number): boolean {
    const { depthMax, recoveryEvery, repairEvery } = this.options
    if (depth >= depthMax) return false
    const isRepair = machine.store.ops.slice(begin.ops.length).some(({ kind }) =>
      kind === "truncate" || kind === "rename"
    )
    if (isRepair) this.#repairs++
    return isRepair ? this.#repairs % repairEvery === 0 : this.counts.disks % recoveryEvery === 0
  }

  #remember(key: string, outcome: Outcome): void {
    if (this.#outcomes.size > outcomesMax) this.#outcomes.clear()
    this.#outcomes.set(key, outcome)
  }

  report(origin: Origin, broken: string): void {
    this.findings.push({ origin, broken })
  }
}
