// What `init` can write: a job that explains every setting, or one of a kind with rules that are proven for it.
import { jobTemplate } from "./jobTemplate.ts"
import { packageCatalogue } from "./packageCatalogue.ts"
import { productPages } from "./productPages.ts"
import type { PresetName } from "./presetNames.ts"
import type { TemplateFile } from "./TemplateFile.ts"

const presets: { readonly [name in PresetName]: ReadonlyArray<TemplateFile> } = {
  "product-pages": productPages,
  "package-catalogue": packageCatalogue
}

/** In the order in which they are written: the settings last, so that a job is there whole. */
export const templateOf = (preset: PresetName | undefined): ReadonlyArray<TemplateFile> =>
  preset === undefined ? jobTemplate : presets[preset]
