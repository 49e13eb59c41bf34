// A page with the verdict that a person would give it, for counting how often the classification agrees.
import type { MissCause } from "../../../../src/services/evidence/MissCause.ts"

export interface LabelledPage {
  readonly name: string
  /** By what the item is known: its slug, and what its row calls it. */
  readonly slug: string
  readonly title: string
  /** Path that the row names. */
  readonly asked: string
  /** Path that answers, after redirects. */
  readonly path: string
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly html: string
  readonly label: "found" | MissCause
}

const html = { "content-type": "text/html; charset=utf-8" }

/** A page at its own address that answers 200. */
export const labelled = (
  page: Partial<LabelledPage> & Pick<LabelledPage, "name" | "html" | "label">
): LabelledPage => {
  const slug = page.slug ?? "alder-desk-lamp"
  const asked = page.asked ?? `/catalogue/${slug}`
  return {
    slug,
    title: "Alder desk lamp",
    asked,
    path: asked,
    status: 200,
    headers: html,
    ...page
  }
}
