// inkfast.yaml of a preset: the settings that a job of its kind changes; `inkfast init` without a preset explains them all.

interface PresetParts {
  /** One sentence. */
  readonly about: string
  /** The sections of the file, as they stand there. */
  readonly evidence: string
  readonly qa: string
}

export const presetSettings = ({ about, evidence, qa }: PresetParts): string =>
  `# ${about}
# Paths are relative to this folder. Defaults are left out; docs/job.md has them all.

input: { path: items.jsonl, key: slug }

models:
  base: { name: gpt-4.1-mini, maxOutputTokens: 2000 }
  strong: { name: gpt-4.1, maxOutputTokens: 2000 }   # writes again what QA rejected
# The key is never written here: set the environment variable OPENAI_API_KEY.

budget: { itemUsd: 0.05, runUsd: 1.00 }

${evidence}
${qa}`
