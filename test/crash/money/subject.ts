// The code under test: the shipped modules, or the same with a planted defect.
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import type * as LiveModule from "../../../src/layers/Live.ts"
import type * as RequalifyModule from "../../../src/layers/Requalify.ts"
import type * as GenerateModule from "../../../src/programs/generate/generate.ts"
import type * as RecordRunModule from "../../../src/programs/generate/recordRun.ts"
import type * as RequalifyProgramModule from "../../../src/programs/requalify/requalify.ts"
import type * as LlmModule from "../../../src/services/generation/Llm.ts"
import type * as RequestHashModule from "../../../src/services/generation/RequestHash.ts"
import type * as RowItemsModule from "../../../src/services/items/RowItems.ts"
import type * as DefineJobModule from "../../../src/services/job/DefineJob.ts"
import type * as TestingModule from "../../../src/testing.ts"
import { planted } from "../../support/plantedModules.ts"
import { changedFiles } from "../power/plant.ts"
import { shippedSource } from "../power/subject.ts"
import type { MoneyMutant } from "./mutants.ts"

export interface Subject {
  readonly Live: typeof LiveModule
  readonly Requalify: typeof RequalifyModule
  readonly generate: typeof GenerateModule.generate
  readonly recordRun: typeof RecordRunModule.recordRun
  readonly recordRequalify: typeof RecordRunModule.recordRequalify
  readonly requalify: typeof RequalifyProgramModule.requalify
  readonly Llm: typeof LlmModule
  readonly requestHash: typeof RequestHashModule.requestHash
  readonly itemsFromRows: typeof RowItemsModule.itemsFromRows
  readonly defineJob: typeof DefineJobModule.defineJob
  readonly testHost: typeof TestingModule.testHost
}

const importShipped = (file: string) => import(/* @vite-ignore */ pathToFileURL(file).href)

const importPlanted = (mutant: MoneyMutant) => {
  const changed = [...changedFiles(mutant)]
    .map(([file, text]) => [path.join(shippedSource, file), text] as const)
  return planted(mutant.name, new Map(changed))
}

export const loadSubject = async (mutant?: MoneyMutant): Promise<Subject> => {
  const importFile = mutant === undefined ? importShipped : importPlanted(mutant)
  const load = (module: string) => importFile(path.join(shippedSource, module))
  const [live, requalifyLayer, generate, recordRun, requalify, llm, hash, items, job, testing] =
    await Promise.all([
      load("layers/Live.ts"),
      load("layers/Requalify.ts"),
      load("programs/generate/generate.ts"),
      load("programs/generate/recordRun.ts"),
      load("programs/requalify/requalify.ts"),
      load("services/generation/Llm.ts"),
      load("services/generation/RequestHash.ts"),
      load("services/items/RowItems.ts"),
      load("services/job/DefineJob.ts"),
      load("testing.ts")
    ])
  return {
    Live: live,
    Requalify: requalifyLayer,
    generate: generate.generate,
    recordRun: recordRun.recordRun,
    recordRequalify: recordRun.recordRequalify,
    requalify: requalify.requalify,
    Llm: llm,
    requestHash: hash.requestHash,
    itemsFromRows: items.itemsFromRows,
    defineJob: job.defineJob,
    testHost: testing.testHost
  }
}
