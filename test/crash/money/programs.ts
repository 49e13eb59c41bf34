// The programs that the processes of a simulation run, each on a disk and with a model that die with it.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Plan } from "../../../src/programs/generate/Plan.ts"
import type { RunReport, StopReason } from "../../../src/programs/generate/RunEvent.ts"
import { Llm } from "../../../src/services/generation/Llm.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import type { MortalProcess } from "../../support/MortalProcess.ts"
import type { World } from "./world.ts"

/** How one process of an act is run. */
export type Program = (
  stopRequested: Effect.Effect<StopReason>
) => Effect.Effect<RunReport | undefined>

const layersOf = ({ server, subject }: World, mortal: MortalProcess) =>
  Layer.mergeAll(
    mortal.disk,
    subject.testHost,
    Layer.succeed(Llm, { complete: (request) => mortal.mortal(server.complete(request)) })
  )

/** In the end one process does what is left. */
export const shardsOf = ({ isFree, schedule }: World): number => isFree ? 1 : schedule.shards

export const generating =
  (world: World, job: Job, plan: Plan, index: number, mortal: MortalProcess): Program =>
  (stopRequested) => {
    const { source } = world
    const { Live, generate, recordRun } = world.subject
    const shard = { index: index + 1, of: shardsOf(world) }
    return Effect.gen(function*() {
      const options = { source, shard, plan, stopRequested, graceMs: 200 }
      return yield* recordRun(shard, generate(options))
    }).pipe(
      Effect.provide(Live.run(job, shard).pipe(Layer.provideMerge(layersOf(world, mortal)))),
      Effect.orDie
    )
  }

export const requalifying =
  (world: World, job: Job, apply: boolean, mortal: MortalProcess): Program => (stopRequested) => {
    const { source } = world
    const { Requalify, recordRequalify, requalify } = world.subject
    return Effect.gen(function*() {
      const report = yield* recordRequalify(requalify({ source, apply, stopRequested }))
      world.counts.requalified += report.promoted + report.demoted + report.replaced
      return undefined
    }).pipe(
      Effect.provide(Requalify.layer(job).pipe(Layer.provideMerge(layersOf(world, mortal)))),
      Effect.orDie
    )
  }
