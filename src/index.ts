// The public library, Effect-native, in the order of the flow: items, job, evidence, generation, spending, QA, durability,
// masters, and the programs over them. Every name is a service, a schema, or a function that returns an Effect.

// Items
export { openItems } from "./services/items/OpenItems.ts"
export type { InputOptions } from "./services/items/OpenItems.ts"
export { itemsFromRows } from "./services/items/RowItems.ts"
export type { Item, Json } from "./services/items/Item.ts"
export { InputError } from "./services/items/ItemSource.ts"
export type { InputFault, ItemSource } from "./services/items/ItemSource.ts"
export { parseShard } from "./services/items/Shard.ts"
export type { Shard } from "./services/items/Shard.ts"

// The job
export { defineJob } from "./services/job/DefineJob.ts"
export type { JobDefinition } from "./services/job/DefineJob.ts"
export { CurrentJob } from "./services/job/Job.ts"
export type { EvidenceSettings, Job } from "./services/job/Job.ts"
export { JobError } from "./services/job/JobError.ts"
export { withPriceFile } from "./services/job/PriceFile.ts"
export { loadJob } from "./services/job/LoadJob.ts"
export { applyOverrides } from "./services/job/Overrides.ts"
export type { JobOverrides } from "./services/job/Overrides.ts"

// Evidence
export { Evidence } from "./services/evidence/Evidence.ts"
export type {
  EvidenceBundle,
  EvidenceFinding,
  EvidenceMiss,
  EvidenceSource,
  GatherOptions,
  SourceKind
} from "./services/evidence/Evidence.ts"
export type { MissCause } from "./services/evidence/MissCause.ts"
export { EvidencePlugins } from "./services/evidence/EvidencePlugins.ts"
export type { EvidencePlugin, PluginText } from "./services/evidence/EvidencePlugins.ts"
export { KnownEvidence } from "./services/evidence/KnownEvidence.ts"
export type { KnownBundle } from "./services/evidence/KnownEvidence.ts"
export { PageFetcher } from "./services/evidence/PageFetcher.ts"
export type { PageAnswer, PageRequest } from "./services/evidence/PageFetcher.ts"

// Generation
export { Generation } from "./services/generation/Generation.ts"
export type { GenerationRequest } from "./services/generation/Generation.ts"
export type { AtRiskCall } from "./services/generation/AtRiskCall.ts"
export type { Generated } from "./services/generation/Generated.ts"
export type { Rung } from "./services/generation/Rung.ts"
export { ShareReached } from "./services/generation/RungShares.ts"
export type { ModelHealth } from "./services/generation/limits/ModelLimits.ts"
export type { ServerLimits } from "./services/generation/ServerLimits.ts"
export * as Llm from "./services/generation/Llm.ts"
export type { OutputSchema } from "./services/generation/OutputSchema.ts"
export { PromptError } from "./services/generation/Prompt.ts"
export type { Prompt, Retake } from "./services/generation/Prompt.ts"
export * as OpenAiLlm from "./layers/OpenAiLlm.ts"

// Spending
export { Budget, BudgetReached } from "./services/spending/Budget.ts"
export type { BudgetState, Reservation } from "./services/spending/Budget.ts"
export { formatUsd, fromUsd, toUsd } from "./services/spending/Money.ts"
export type { NanoUsd } from "./services/spending/Money.ts"
export { MoneyPool } from "./services/spending/MoneyPool.ts"
export { Prices } from "./services/spending/Prices.ts"
export { UnknownPrice } from "./services/spending/UnknownPrice.ts"
export type { Price } from "./services/spending/Price.ts"
export type { PriceList } from "./services/spending/PriceList.ts"

// QA
export { Corpus } from "./services/corpus/Corpus.ts"
export type { CorpusVerdict } from "./services/corpus/Corpus.ts"
export { Qa } from "./services/qa/Qa.ts"
export type { Verdict } from "./services/qa/Qa.ts"
export type { Finding, Severity } from "./services/qa/Finding.ts"
export type { Claim } from "./services/qa/claims/Claim.ts"
export type { Repair } from "./services/qa/Repair.ts"
export type { Rule, RuleSet } from "./services/qa/RuleSet.ts"
export { NamedRules, RuleModules, UserRuleError } from "./services/qa/UserRule.ts"
export type { UserCheck, UserRule, UserRuleInput } from "./services/qa/UserRule.ts"

// Durability
export { AppendError } from "./services/durability/AppendError.ts"
export { DataDirectory, paths } from "./services/durability/DataDirectory.ts"
export type { DataPaths } from "./services/durability/DataDirectory.ts"
export { Disk, DiskError } from "./services/durability/Disk.ts"
export type { DiskFile, FileStat, OpenMode } from "./services/durability/Disk.ts"
export { DurableAppender } from "./services/durability/DurableAppender.ts"
export { FileLock } from "./services/durability/FileLock.ts"
export { RejectLog } from "./services/durability/RejectLog.ts"
export { RunBusy } from "./services/durability/RunLock.ts"
export { Journal } from "./services/journal/Journal.ts"
export type { JournalEvent } from "./services/journal/JournalEvent.ts"
export { replayJournals } from "./services/journal/JournalReplay.ts"
export type { Replay } from "./services/journal/JournalReplay.ts"

// Masters
export type { MasterRecord, RecordMeta } from "./services/master/Record.ts"
export type { Reject, RejectCause } from "./services/master/Reject.ts"
export type { StandingRecord } from "./services/master/StandingRecords.ts"
export type { StandingReject } from "./services/master/StandingRejects.ts"
export { Consolidation, ConsolidationError } from "./services/master/Consolidation.ts"
export type { ConsolidationReport } from "./services/master/ConsolidationReport.ts"
export { Audit } from "./services/master/Audit.ts"
export type { AuditReport } from "./services/master/Audit.ts"
export type { AppendedReport } from "./services/master/AuditAppended.ts"
export type { AuditCheck } from "./services/master/AuditCheck.ts"

// Programs
export { generate } from "./programs/generate/generate.ts"
export type { GenerateOptions } from "./programs/generate/generate.ts"
export type { RunEvent, RungReport, RunReport, StopReason } from "./programs/generate/RunEvent.ts"
export { estimate } from "./programs/estimate/estimate.ts"
export type { EstimateOptions, EstimateReport } from "./programs/estimate/estimate.ts"
export { estimateSample } from "./programs/estimate/estimateSample.ts"
export type { SampleOptions, SampleReport } from "./programs/estimate/estimateSample.ts"
export { init } from "./programs/init.ts"
export { probe } from "./programs/probe.ts"
export type { ProbedItem, ProbeOptions, ProbeReport } from "./programs/probe.ts"
export { qaCheck } from "./programs/qaCheck.ts"
export type { CheckedLine, QaCheckOptions, QaCheckReport } from "./programs/qaCheck.ts"
export { qaReport } from "./programs/qaReport.ts"
export type { QaReport } from "./programs/qaReport.ts"
export { validate } from "./programs/validate.ts"
export type { ValidateReport } from "./programs/validate.ts"
export { status } from "./programs/status.ts"
export type { StatusReport } from "./programs/status.ts"

export type { Plan } from "./programs/generate/Plan.ts"
export { explain } from "./programs/explain/explain.ts"
export type { Explanation, JournalPlace, MasterPlace } from "./programs/explain/explain.ts"
export { findStale } from "./programs/findStale.ts"
export type { FindStaleOptions, StaleReport } from "./programs/findStale.ts"
export { requalify } from "./programs/requalify/requalify.ts"
export type { RequalifyOptions } from "./programs/requalify/requalify.ts"
export type { RequalifyEvent, RequalifyReport } from "./programs/requalify/RequalifyEvent.ts"
export { foreseeRetry } from "./programs/retry/foreseeRetry.ts"
export type { RetryForecast } from "./programs/retry/foreseeRetry.ts"
export type { Phase } from "./programs/retry/Phase.ts"
export type { RetryChoice } from "./programs/retry/RetryChoice.ts"

// Wiring
export { Host } from "./services/Host.ts"
export * as Live from "./layers/Live.ts"
export * as ProbeLive from "./layers/Probe.ts"
export * as KnownLive from "./layers/Known.ts"
export * as RequalifyLive from "./layers/Requalify.ts"
export { requalifyJob } from "./requalifyJob.ts"
export type { RequalifyJobOptions } from "./requalifyJob.ts"
export { runJob } from "./runJob.ts"
export type { RunJobOptions } from "./runJob.ts"
