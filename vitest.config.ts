// How the tests run: mirrors of src/ under test/, real processes and disks included.
import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { BaseSequencer } from "vitest/node"
import type { TestSpecification } from "vitest/node"

/** The campaigns first: they take longest, and what begins last should be short, or one core has nothing to do. */
class CampaignsFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const isCampaign = ({ moduleId }: TestSpecification): boolean =>
      moduleId.includes("/test/crash/")
    return [...sorted.filter(isCampaign), ...sorted.filter((file) => !isCampaign(file))]
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/commandSetup.ts"],
    // One for each core: Vitest's own choice leaves one core idle, half of a small machine.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: CampaignsFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
