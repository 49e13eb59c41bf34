// A file that `init` writes.

export interface TemplateFile {
  readonly name: string
  readonly content: string
}
