// The words of pages that are not there, folded (no case, no accents), by language: data for `saysNone`.

const wordsOf = (...lists: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => list.split(/\s+/)))

/** What may be missing. */
export const things = wordsOf(
  "page pages webpage webpages product products item items article articles post posts story recipe content site website listing listings offer offers document documents file files directory resource resources url urls link result results entry video profile user account event job ad deal book course topic thread question record section category collection package project repository",
  "seite seiten webseite internetseite unterseite artikel produkt produkte angebot inhalt inhalte datei eintrag beitrag anzeige dokument adresse rezept shop",
  "produit article contenu annonce ressource fichier recette offre adresse resultat",
  "pagina producto articulo contenido anuncio recurso archivo enlace receta documento resultado",
  "prodotto articolo contenuto risorsa annuncio ricetta risultato",
  "produto artigo conteudo arquivo",
  "inhoud bestand advertentie recept",
  "strona strony podstrona produkt stranka stranky sidan sida sidor produkten siden sivua sivu oldal termek sayfa urun trang halaman",
  "страница страницы страницу товар статья сторінку сторінка сторінки σελιδα"
)

/** What stands around it and says nothing more. */
export const fillers = wordsOf(
  "the this that these those your our my a an any such requested specified selected desired specific exact particular actual following same you u we i they it its it's is are was were be been being has have had do does did can could will would may might must should seem seems appear appears appeared look looks looked like as though to for of at on in under with within from by into out here there which who what whatever everywhere all over looking searching search searched seeking trying try tried reach reached access accessed visit visiting view asked asking wanted want request requesting need needed currently just simply really probably sadly unfortunately honestly anymore more longer right now moment today yet ever please maybe perhaps also or and but so because since go going back return home homepage web server location place address typed mistyped incorrect incorrectly wrong old new different somewhere elsewhere followed clicked click check spelling again later one ones below above few browse browsing store shop continue shopping blog exists exist named called name temporarily permanently deleted removed moved renamed changed outdated bad broken url error errors code status http https sorry oops ooops whoops whoopsie oopsie uh oh no hmm hmmm yikes dang snap dear apologies afraid very someone something thing things anything correct sure make made us help let let's find found matching matched selection criteria query contain contains gone",
  "die der das den dem des diese dieser dieses diesen ein eine einen ihre ihr ihnen sie dir du deine dein wir uns es hier leider angeforderte aufgerufene gewunschte gesuchte gesucht suchen suchst angegebene gewahlte angefragte von vom zu im in auf unter mit und oder aber ist sind wurde wurden konnte konnten kann konnen hat haben war mehr langer unserem server adresse fehler tut mir leid entschuldigung hoppla ups ohje huch moglicherweise vielleicht verschoben geloscht umbenannt existiert nicht aufrufen wollten mochten werden sieht so aus als ob bitte versuchen uberprufen zuruck startseite",
  "cette la le l les ce cet votre vos nous vous je il elle que qui quoi recherchez cherchez cherchee cherchiez demandee demande demandez souhaitez consulter semble est a ete etre pu peut pas plus ne n d de du des sur a au ou et mais desole desoles sommes oups aie erreur ici cherche voulez acceder avez tentez introuvable page",
  "el la los las esta este esa que estas esta estaba buscando busca buscas solicitada solicitado se ha sido podido pudo puede ser encontrar lo sentimos siento vaya ups error aqui en de del o y pero has intentado no nos hemos pudimos a tu su parece",
  "il lo gli questa questo stai stavi cercando cerchi richiesta richiesto e stata stato essere possibile siamo spiacenti ci dispiace ops errore qui o ma di del nel stata spostata su che",
  "o os as esta este voce esta procurando procura solicitada foi pode ser desculpe lamentamos ops erro aqui ou e mas de do movida ter sido pagina que",
  "de deze dit het uw je u wij jij die zoekt zocht bezoeken opgevraagde kon kan worden werd is helaas oeps sorry fout hier of en op van meer",
  "ta ten ktorej szukasz zostala zostal lub przeniesiona przeniesiony usunieta przepraszamy ups tato pozadovana byla byl nebo du soker letar efter som tyvarr den det hakemaasi a az keresett aradiginiz",
  "запрашиваемая эта такая данная вы которую ищете или была удалена к сожалению ошибка ой η που αναζητατε"
)

/** There is none: enough where nothing else is said. */
export const absences: ReadonlyArray<RegExp> = [
  /\bnot (?:be |been |able to be |quite )?(?:found|located|retrieved|recognized|displayed|reached)\b/g,
  /\bnot (?:seem to |quite |be able to |able to |manage to )?(?:find|found|locate|retrieve|recognize)\b/g,
  /\b(?:unable|failed) to (?:find|locate|retrieve)\b/g,
  /\bnot (?:seem to |appear to |currently |actually |even |yet |to )?exist\b|\bno longer exists\b/g,
  /\bnothing (?:was |were |could be |can be |is |has been |to be |to )?(?:found|here|there|exists?|located)\b|\bthere is nothing\b/g,
  /\bno (?:such )?(?:page|product|item|article|post|recipe|document)(?: was)? found\b|\b(?:having )?trouble finding\b/g,
  /\bnot contain the requested\b|\bnowhere to be found\b|\bdead end\b|\bnon-?existent\b|\bno such\b/g,
  /\bnicht (?:mehr |langer )?(?:gefunden|auffindbar|vorhanden|existiert|finden)\b|\bexistiert (?:leider )?nicht\b|\bgibt es (?:hier |leider |diese seite |so )*nicht\b|\bnichts gefunden\b/g,
  /\bintrouvables?\b|\bnon trouvee?s?\b|\bn'existe (?:pas|plus)\b|\bn'a (?:pas|pu)(?: pu)?(?: etre| ete)? trouvee?\b|\bpas (?:ete |pu etre )?trouvee?\b|\brien (?:n'a ete )?trouve\b/g,
  /\bno (?:se )?(?:ha |pudo |puede |hemos |pudimos |fue )?(?:sido |podido |ser )?encontr\w+|\bno (?:se encuentra|existe)\b|\bno existen\b/g,
  /\bnon (?:e |e' |abbiamo |riusciamo a )?(?:stat[ao] |stato possibile )?trova\w*|\bnon esiste\b/g,
  /\bnao (?:foi |pode ser |conseguimos |encontramos |foi possivel )?encontra\w*|\bnao existe\b/g,
  /\bniet (?:meer )?(?:gevonden|vinden|worden gevonden)\b|\bbestaat (?:helaas )?niet\b/g,
  /\bnie (?:zosta\S+ )?(?:znalezion\w+|istnieje|odnalezion\w+)|\bnie znaleziono\b/g,
  /\b(?:nebyla?|nebyla? byla) nalezen\w?|\bnenalezen\w?|\bneexistuje\b|\bhittades inte\b|\bfinns inte\b|\b(?:kunde|kan) inte hittas\b|\b(?:blev ikke|ble ikke|ikke) fun(?:det|net)\b|\bfin(?:des|nes) ikke\b|\bei (?:loytynyt|loydy)\b|\bnem (?:talalhato|letezik)\b|\bnu (?:a fost gasita|exista)\b|\bbulunamad[iı]/g,
  /не (?:наидена|найдена|наидено|знаидено|знайдено|существует|існує)|δεν (?:βρεθηκε|υπαρχει)/g
]

/** It was there; or it is not, in a word that means other things too. */
export const losses: ReadonlyArray<RegExp> = [
  /\bno longer (?:available|active|accessible|listed|sold|offered|here|online)\b|\bnot (?:currently |yet )?available\b|\bunavailable\b/g,
  /\b(?:been |was |were |is |has )?(?:removed|deleted|moved|expired|ended|discontinued|withdrawn|taken down|unpublished|vanished|disappeared|wandered off)\b/g,
  /\bno (?:results?|products?|items?|posts?|matches|articles?|listings?|offers?|entries)\b/g,
  /\b(?:missing|lost) (?:(?:this|that|the) )?(?:page|url)\b|\b(?:broken|dead) (?:link|url)\b|\b(?:is|be|went|has gone|page|product|item) (?:missing|gone|lost)\b/g,
  /\bnot (?:here|there|valid)\b|\bwrong turn\b/g,
  /\bnicht (?:mehr |langer )?(?:verfugbar|erreichbar|da)\b|\bfehlt\b|\bn'est (?:plus|pas) disponible\b|\bindisponible\b|\bno esta disponible\b|\bya no esta\b|\bnon (?:e )?(?:piu )?disponibile\b|\bnao esta (?:mais )?disponivel\b|\bniet (?:meer )?beschikbaar\b/g
]

/** Scripts without spaces between words, and some in which a word has too many forms: the whole is short. */
export const elsewhere: ReadonlyArray<RegExp> = [
  /ヘ[゚゜]?ーシ[゙゛]?.{0,12}(?:見つかりません|存在しません|ありません)|ページ.{0,12}(?:見つかりません|存在しません|ありません)/,
  /(?:页面|頁面|网页|網頁|商品|宝贝|内容).{0,8}(?:不存在|未找到|找不到|已删除|已下架|不见了|无法找到)/,
  /(?:找不到|未找到|无法找到).{0,8}(?:页面|頁面|网页|網頁|商品|内容)/,
  /(?:페이지|페이지|상품).{0,20}(?:찾을 수 없|존재하지 않|찾을 수 없|존재하지 않)/,
  /الصفحة.{0,20}(?:غير موجودة|غير متوفرة)/,
  /(?:הדף|העמוד).{0,20}לא (?:נמצא|קיים)/,
  /khong tim thay trang|trang .{0,30}khong (?:ton tai|tim thay)|halaman .{0,30}tidak (?:ditemukan|ditemui)|पषठ नही मिला|ไมพบหนา/
]

/** A sentence with one of these in it supposes something: it does not state. */
export const suppositions = wordsOf("if when whether how why wenn falls")

/** One that begins so asks or supposes. */
export const conditions = wordsOf(
  "if when whenever how why whether unless until where wenn falls wie warum ob si quand lorsque comment pourquoi cuando como por quando come perche als wanneer hoe waarom jesli kdyz om nar hvis если когда как почему"
)
