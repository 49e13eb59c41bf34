// How the tests run: mirrors of src/ under test/, real processes and disks included.
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/commandSetup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
