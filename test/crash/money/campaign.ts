// A campaign of simulations on all cores, and its report in words.
import { runOnWorkers } from "../../support/workers.ts"
import { addCounts, noCounts } from "./counts.ts"
import type { Counts } from "./counts.ts"
import type { MoneyMutant } from "./mutants.ts"
import type { Schedule } from "./schedule.ts"

export interface Task {
  readonly firstSeed: number
  readonly count: number
  /** What of each schedule is not left to the lot. */
  readonly focus?: Partial<Schedule>
  /** A planted defect. */
  readonly mutant?: MoneyMutant
  /** Which one the code without it is compared with. */
  readonly controlOf?: string
}

export interface TaskReport {
  readonly task: Task
  /** Of the simulations that came to their end. */
  readonly counts: Counts
  /** The first promise that was broken, and the seed that shows it again. */
  readonly broken: { readonly seed: number; readonly what: string } | undefined
}

export const runTasks = (
  tasks: Iterator<Task>,
  onReport: (report: TaskReport) => void,
  workers?: number
): Promise<void> =>
  runOnWorkers({ worker: new URL("./worker.ts", import.meta.url), tasks, onReport }, workers)

/** Seeds that one worker takes at a time. */
const seedsAtOnce = 10

export interface CampaignOptions {
  readonly firstSeed: number
  readonly simulations: number
  readonly workers?: number | undefined
  readonly onTask?: (sum: Counts) => void
}

/** Ends at the first broken promise. */
export const runCampaign = async ({ firstSeed, onTask, simulations, workers }: CampaignOptions) => {
  const sum = noCounts()
  const broken: Array<NonNullable<TaskReport["broken"]>> = []
  function* tasks(): Generator<Task> {
    for (let done = 0; done < simulations && broken.length === 0; done += seedsAtOnce) {
      yield { firstSeed: firstSeed + done, count: Math.min(seedsAtOnce, simulations - done) }
    }
  }
  await runTasks(tasks(), (report) => {
    addCounts(sum, report.counts)
    if (report.broken !== undefined) broken.push(report.broken)
    onTask?.(sum)
  }, workers)
  return { sum, broken: broken.toSorted((a, b) => a.seed - b.seed)[0] }
}

/** The command that runs one simulation again. */
export const commandOf = (seed: number): string => `npm run crash:money -- 1 ${seed}`

export const summary = ({ simulations, ...counts }: Counts, firstSeed: number): string =>
  `${simulations} simulations from seed ${firstSeed}: ` +
  Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(", ")
