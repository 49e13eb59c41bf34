// The input of a job, with what an earlier run has kept of its check beside the job's masters.
import { paths } from "../services/durability/DataDirectory.ts"
import { openItems } from "../services/items/OpenItems.ts"
import type { Job } from "../services/job/Job.ts"

export const openInput = ({ dataDirectory, input }: Pick<Job, "dataDirectory" | "input">) =>
  openItems({ ...input, checked: paths(dataDirectory).input })
