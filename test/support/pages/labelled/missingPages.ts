// Pages that say there is none with an answer of 200, as the software that sites are built with says it.
import { labelled } from "./LabelledPage.ts"
import type { LabelledPage } from "./LabelledPage.ts"
import { recommendations, shapes } from "./shapes.ts"

/** Title, first heading, text. */
type Template = readonly [title: string, heading: string, text: string]

const templates: ReadonlyArray<Template> = [
  [
    "Page not found – Acme",
    "Oops! That page can’t be found.",
    "It looks like nothing was found at this location. Maybe try a search?"
  ],
  [
    "404 Not Found – Acme",
    "404 Page Not Found",
    "The page you requested does not exist. Click here to continue shopping."
  ],
  ["404 Not Found", "Whoops, our bad...", "The page you requested was not found."],
  ["Page not found | Acme", "Page not found", "The requested page could not be found."],
  [
    "Acme",
    "We couldn't find the page you were looking for.",
    "This is either because there is an error in the URL, or the page was deleted."
  ],
  ["Acme", "This page isn't available", "There's nothing here."],
  [
    "Site not found · Pages",
    "404",
    "File not found. The site configured at this address does not contain the requested file."
  ],
  ["Acme", "Sorry! We couldn't find that page.", "Try searching, or go to our home page."],
  [
    "Sorry, we couldn't find that page",
    "Sorry, we couldn't find that page",
    "Use the search above."
  ],
  [
    "Error Page | Acme",
    "We looked everywhere.",
    "Looks like this page is missing. If you still need help, visit our help pages."
  ],
  [
    "Page Not Found | Docs",
    "Page Not Found",
    "We could not find what you were looking for. Please contact the owner of the site that linked you to the original URL."
  ],
  ["404: This page could not be found.", "404", "This page could not be found."],
  ["404 Not Found", "Not Found", "The requested URL was not found on this server."],
  [
    "404 - File or directory not found.",
    "Server Error",
    "The resource you are looking for might have been removed, had its name changed, or is temporarily unavailable."
  ],
  ["Blog", "", "Sorry, the page you were looking for in this blog does not exist."],
  [
    "Not Found | Journal",
    "There's nothing here.",
    "Whatever you were looking for doesn't currently exist at this address."
  ],
  [
    "We're sorry | Acme",
    "We're sorry, the page you're looking for cannot be found.",
    "Please check the address."
  ],
  [
    "Acme",
    "This page could not be found",
    "Try to search our catalog, you may find what you are looking for!"
  ],
  [
    "The page you requested cannot be found!",
    "The page you requested cannot be found!",
    "Continue"
  ],
  [
    "404 Error - Page not found",
    "404 Error - Page not found",
    "Uh oh, looks like the page you are looking for has moved or no longer exists."
  ],
  ["Error 404", "Oops!", "Try the search, or go back home."],
  ["Product not found - Acme", "Product not found!", "Continue shopping."],
  ["Acme", "Sorry, this product is no longer available.", "Have a look around."],
  ["Acme", "", "The item you requested has been removed. Browse our shop."],
  ["Acme", "This listing has ended", "Here are some others."],
  ["Acme – 404", "Lost?", "The page you were looking for does not exist."],
  ["HTTP 404", "HTTP 404", "Not found"],
  ["Page Not Found (404)", "Uh-oh!", "We can't seem to find the page you're looking for."],
  [
    "404 | Acme",
    "Oops! Page Not Found!",
    "The page you are looking for does not exist. It might have been moved or deleted."
  ],
  ["Oh no! | Acme", "Error 404 - Page Not Found", "Nothing to do here."],
  [
    "Acme",
    "404",
    "Oops! That page can't be found. It looks like nothing was found at this location."
  ],
  ["Acme", "Hmm… this page doesn’t exist", "Maybe the link is broken."],
  ["Acme", "We can't find that product", "It may have been discontinued."],
  [
    "Nothing Found | Acme",
    "Nothing Found",
    "It seems we can’t find what you’re looking for. Perhaps searching can help."
  ],
  ["No results", "No products were found", "No products were found matching your selection."],
  ["Acme", "\"alder-desk-lamp\" was not found", "Check the spelling and try again."],
  [
    "Acme",
    "Alder desk lamp could not be found",
    "We could not find Alder desk lamp in our catalogue."
  ],
  [
    "410 Gone",
    "Gone",
    "The requested resource is no longer available on this server and there is no forwarding address."
  ],
  [
    "Seite nicht gefunden – Acme",
    "Hoppla! Diese Seite kann nicht gefunden werden.",
    "Es sieht so aus, als ob hier nichts gefunden wurde."
  ],
  [
    "Acme",
    "Die von Ihnen gesuchte Seite konnte nicht gefunden werden",
    "Bitte nutzen Sie die Suche."
  ],
  ["Fehler 404", "Diese Seite existiert leider nicht", "Zurück zur Startseite"],
  ["Acme", "Artikel nicht mehr verfügbar", "Der gesuchte Artikel ist nicht mehr verfügbar."],
  ["Page introuvable - Acme", "Oups ! Cette page est introuvable.", "Retour à l'accueil"],
  ["Erreur 404", "La page que vous cherchez n'existe pas", "Nous sommes désolés."],
  ["Página no encontrada", "¡Vaya! No se ha podido encontrar esta página.", "Volver al inicio"],
  ["404", "Lo sentimos, la página que estás buscando no existe o ha sido movida.", "Volver"],
  ["Pagina non trovata", "Oops! Non è stato possibile trovare questa pagina.", "Torna alla home"],
  [
    "Pagina niet gevonden | Acme",
    "Oeps! Deze pagina kan niet worden gevonden.",
    "Terug naar de homepagina"
  ],
  [
    "Página não encontrada",
    "Ops! Página não encontrada",
    "A página que você está procurando não existe ou foi movida."
  ],
  [
    "404",
    "Ups! Strona nie znaleziona.",
    "Strona, której szukasz, nie istnieje lub została przeniesiona."
  ],
  ["Sidan hittades inte", "Sidan hittades inte", "Gå till startsidan"],
  ["Siden blev ikke fundet", "Siden blev ikke fundet", "Til forsiden"],
  ["Stránka nebyla nalezena", "Stránka nebyla nalezena", "Zpět"],
  ["Az oldal nem található", "Az oldal nem található", "Vissza"],
  ["Sayfa bulunamadı", "Sayfa bulunamadı", "Ana sayfa"],
  ["Страница не найдена", "Страница не найдена", "На главную"],
  ["ページが見つかりません", "お探しのページは見つかりません", "トップへ"],
  ["页面不存在", "抱歉，您访问的页面不存在", "返回首页"],
  ["페이지를 찾을 수 없습니다", "페이지를 찾을 수 없습니다", "홈으로"],
  ["الصفحة غير موجودة", "عذرًا! الصفحة غير موجودة", "العودة"]
]

const isNamedMissing = ([title, heading]: Template): boolean => title !== "Acme" && heading !== ""

export const missingPages: ReadonlyArray<LabelledPage> = templates.flatMap((template, n) => {
  const [title, heading, text] = template
  const content = `${heading === "" ? "" : `<h1>${heading}</h1>`}<p>${text}</p>`
  const ofShapes = [0, 2].map((step) => shapes[(n + step) % shapes.length]!)
  return ofShapes.flatMap(([shape, frame]) => [
    labelled({ name: `missing-${n}-${shape}`, html: frame(title, content), label: "SoftNotFound" }),
    // With what else the site has to show, which is more than many an article.
    ...(isNamedMissing(template)
      ? [labelled({
        name: `missing-${n}-${shape}-recommending`,
        html: frame(title, content + recommendations),
        label: "SoftNotFound"
      })]
      : [])
  ])
})
