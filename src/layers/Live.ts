// The wiring of a run: every service over the real disk and a real model. Read top to bottom, it is the whole program.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { Corpus } from "../services/corpus/Corpus.ts"
import { DataDirectory, paths } from "../services/durability/DataDirectory.ts"
import { DurableAppender } from "../services/durability/DurableAppender.ts"
import { RejectLog } from "../services/durability/RejectLog.ts"
import { acquireRunLock } from "../services/durability/RunLock.ts"
import { Evidence } from "../services/evidence/Evidence.ts"
import { EvidenceCache } from "../services/evidence/EvidenceCache.ts"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import type { PageFetcher } from "../services/evidence/PageFetcher.ts"
import { WebPages } from "../services/evidence/WebPages.ts"
import { Generation } from "../services/generation/Generation.ts"
import type { Shard } from "../services/items/Shard.ts"
import { CurrentJob } from "../services/job/Job.ts"
import type { Job } from "../services/job/Job.ts"
import { Journal } from "../services/journal/Journal.ts"
import { ModelJudge } from "../services/judge/ModelJudge.ts"
import { Audit } from "../services/master/Audit.ts"
import { Consolidation } from "../services/master/Consolidation.ts"
import { Qa } from "../services/qa/Qa.ts"
import { Budget } from "../services/spending/Budget.ts"
import { MoneyPool } from "../services/spending/MoneyPool.ts"
import { Prices } from "../services/spending/Prices.ts"
import * as ImportedRuleModules from "./ImportedRuleModules.ts"
import * as OpenAiLlm from "./OpenAiLlm.ts"
import * as Platform from "./Platform.ts"
import * as UndiciPageFetcher from "./UndiciPageFetcher.ts"

/** The disk of this machine and its locks. */
export const platform = Platform.layer

/** The model over HTTP. */
export const model = (job: Job, apiKey: Redacted.Redacted<string> | undefined) =>
  OpenAiLlm.layer({ baseUrl: job.baseUrl, apiKey, connections: job.concurrency })

/** The masters as they are kept: nothing here can call a model. */
export const masters = Layer.merge(Consolidation.layer, Audit.layer)

/** What appends to the masters: building it recovers them. */
export const appenders = Layer.merge(DurableAppender.layer, RejectLog.layer)

/** The same on a data directory that no run works on meanwhile: whoever is at work makes building it fail. */
export const appendersAlone = (root: string) =>
  appenders.pipe(
    Layer.provide(Layer.effectDiscard(acquireRunLock(paths(root), null))),
    Layer.provideMerge(DataDirectory.layer(root))
  )

/** What a job says, for whoever asks. Reading it creates nothing. */
export const settings = (job: Job) =>
  Layer.mergeAll(
    Layer.succeed(CurrentJob, job),
    DataDirectory.layer(job.dataDirectory),
    Prices.layer({ prices: job.prices, filePrices: job.filePrices, baseUrl: job.baseUrl })
  )

/** Before anything is created: every price is known, and nobody else pays for these items. */
const admission = (job: Job, shard: Shard) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const prices = yield* Prices
    const called = job.judge === null ? job.rungs : [...job.rungs, job.judge.rung]
    yield* Effect.forEach(called, (rung) => prices.priceOf(rung.model, rung.serviceTier), {
      discard: true
    })
    yield* acquireRunLock(paths(job.dataDirectory), shard)
  }))

/** Pages over HTTP, from the addresses that the job allows. */
export const pages = (job: Job): Layer.Layer<PageFetcher> =>
  UndiciPageFetcher.layer({
    allowPrivateAddresses: job.evidence.allowPrivateAddresses,
    allowedAddresses: job.evidence.allowAddresses
  })

const evidence = (fetcher: Layer.Layer<PageFetcher>) =>
  Evidence.layer.pipe(
    Layer.provide(EvidenceCache.layer),
    Layer.provide(WebPages.layer),
    Layer.provide(fetcher)
  )

/** Shards append to the same masters, each with a corpus file of its own. */
const corpus = ({ index, of }: Shard) =>
  Corpus.layer(
    of === 1 ? { name: "", isShared: false } : { name: `-${index}of${of}`, isShared: true }
  )

/**
 * A run of the job's shard over the model and disk that it is given. Building it takes the run's lock, recovers the
 * masters and begins a journal; it ends with its scope.
 */
export const run = (job: Job, shard: Shard, fetcher = pages(job)) =>
  Layer.mergeAll(
    Layer.provideMerge(ModelJudge.layer, Generation.layer),
    evidence(fetcher),
    KnownEvidence.layer,
    Layer.provide(Qa.layer, ImportedRuleModules.layer),
    corpus(shard),
    DurableAppender.layer,
    RejectLog.layer,
    masters
  ).pipe(
    Layer.provideMerge(Budget.layer(job)),
    Layer.provide(MoneyPool.layer(job.totalBudgetNanoUsd)),
    Layer.provideMerge(Journal.layer),
    Layer.provide(admission(job, shard)),
    Layer.provideMerge(settings(job))
  )
