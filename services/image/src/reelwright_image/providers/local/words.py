"""Small vocabularies beyond the lexicon: colours, ages, garments, gestures, framings (en, es, some fr and de)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from .colours import Colour, rgb

COLOURS = {
    "d8433b": "red|rojo|roja|rojos|rojas|rouge|rot|rote|roter|roten|scarlet|escarlata",
    "8e2f3c": "crimson|maroon|burgundy|granate|burdeos|wine red|carmesí",
    "ee8a34": "orange|naranja|anaranjado|ginger",
    "f4c63d": "yellow|amarillo|amarilla|amarillos|amarillas|jaune|gelb|gelbe|gelber|gelben",
    "d9a62e": "golden|gold|dorado|dorada|doré|mustard|mostaza|gülden",
    "4f9d57": "green|verde|verdes|vert|verte|grün|grüne|grüner|emerald|esmeralda",
    "76803f": "olive|oliva|khaki|caqui",
    "2f9c95": "teal|turquoise|turquesa|cyan|aqua",
    "8493a8": "blue-grey|grey-blue|blue-gray|gray-blue",
    "3d72c4": "blue|azul|azules|bleu|bleue|blau|blaue|blauer|blauen",
    "28375f": "navy|dark blue|azul marino|azul oscuro|marineblau|indigo|índigo",
    "8cc4ea": "light blue|sky blue|pale blue|celeste|azul claro|hellblau",
    "7d52a8": "purple|violet|morado|morada|violeta|púrpura|lila|lilac|violett|lavender|lavanda",
    "ec8fae": "pink|rosa|rosado|rosada|rosé|rose-coloured|magenta|fucsia",
    "8a5a3a": (
        "brown|marrón|café|castaño|castaña|pardo|brun|braun|braune|brauner|chestnut|cardboard|cartón|wooden|leather|"
        "cuero|copper|cobre|rusty|rust|oxidado"
    ),
    "d8bd95": "beige|sandy|tan|cream|crema|sand|arena|straw|paja",
    "2c2c36": "black|negro|negra|negros|negras|noir|noire|schwarz|schwarze|schwarzer|dark|oscuro|oscura",
    "f2efe8": "white|blanco|blanca|blancos|blancas|blanc|blanche|weiß|weiße|weißer|snowy",
    "8b929c": "grey|gray|gris|grises|grau|graue|grauer|silver|plateado|plateada|steel|metal|metallic|chrome",
}

HAIR_COLOURS = {
    "f0eee8": "white|blanco|blanca|blanc|weiß",
    "a9acb2": "grey|gray|gris|grau|silver|plateado|canoso|canosa",
    "e6c06c": "blond|blonde|fair|rubio|rubia|golden|yellow",
    "b9542b": "red|ginger|auburn|pelirrojo|pelirroja|rojo|orange",
    "5b3a26": "brown|brunette|marrón|castaño|castaña|chestnut",
    "241f26": "black|negro|negra|dark|oscuro|moreno|morena",
    "5f8ad8": "blue|azul",
    "e57fb0": "pink|rosa",
    "5cab6c": "green|verde",
    "8a5ab8": "purple|morado|violet",
}

AGES = {
    "baby": "baby|toddler|bebé|bébé|newborn",
    "child": (
        "boy|girl|child|children|kid|kids|little|young child|niño|niña|niños|niñas|garçon|fille|enfant|kind|kinder|"
        "mädchen|junge|son|daughter|orphan|twins|schoolgirl|schoolboy|princess|prince"
    ),
    "teen": "teen|teenager|teenage|adolescente|apprentice|aprendiz",
    "old": (
        "old|elderly|aged|grandfather|grandmother|grandpa|grandma|viejo|vieja|anciano|anciana|abuelo|abuela|vieux|"
        "vieille|grand-père|grand-mère|alt|alte|alter|großvater|großmutter|wizard|mago"
    ),
}

YOUNG = (
    "baby|young|puppy|pup|kitten|cub|calf|foal|lamb|chick|duckling|owlet|fawn|piglet|hatchling|newborn|bebé|cachorro|cachorra|"
    "cría|joven|bébé|jeune|chiot|chaton|ourson|poussin|jung|junge|junger|junges|welpe|kätzchen|küken|kalb|fohlen|lamm"
)
SMALL = "small|little|tiny|pequeño|pequeña|petit|petite|klein|kleine|kleiner|kleines|winzig|winzige"
BIG = "big|giant|huge|large|great|enormous|grande|gigante|enorme|grand|riesig|groß|große|großer"
GIANTS = "giant|giantess|ogre|troll|gigante|giganta|ogro|géant|géante|riese|riesin|oger"

SEXES = {
    "female": (
        "woman|girl|mother|grandmother|grandma|queen|princess|daughter|sister|aunt|wife|lady|witch|she|her|female|mujer|"
        "niña|madre|abuela|reina|princesa|hija|hermana|tía|señora|bruja|ella|femme|fille|mère|sœur|sorcière|elle|frau|"
        "mädchen|mutter|großmutter|königin|schwester|tochter|hexe|sie|anciana|vieja|ladrona|farera|panadera|cocinera|"
        "maestra|doctora|pintora|pescadora|bailarina|danseuse|tänzerin|lehrerin|heroine|actress|waitress|ballerina"
    ),
    "male": (
        "man|boy|father|grandfather|grandpa|king|prince|son|brother|uncle|husband|gentleman|he|his|male|beard|bearded|"
        "moustache|mustache|hombre|niño|padre|abuelo|rey|príncipe|hijo|hermano|tío|señor|anciano|homme|garçon|père|roi|"
        "frère|oncle|il|mann|junge|vater|großvater|könig|bruder|onkel|barba|bigote|bart"
    ),
}

BUILDS = {
    "stout": "fat|stout|round|plump|chubby|heavy|big|large|gordo|gorda|robusto|corpulento|rechoncho|dick|gros",
    "thin": "thin|slim|slender|skinny|tall|lanky|delgado|delgada|flaco|flaca|alto|alta|mince|dünn",
}

SKINS = {
    "8fb06a": "troll|trolls|ogre|ogro|oger|green skin|goblin",
    "8a5a3c": "dark skin|dark-skinned|brown skin|black woman|black man|african|piel oscura|piel morena",
    "5f3b28": "very dark skin|ebony",
    "f6d7c0": "pale|pale skin|fair skin|freckles|freckled|piel clara|pecas|pálido|pálida",
    "c98f63": "tan skin|tanned|olive skin|indian|latina|latino|arab|piel tostada",
}

GARMENTS = {
    "coat": (
        "coat|raincoat|overcoat|jacket|trench coat|parka|abrigo|chaqueta|impermeable|gabardina|manteau|veste|"
        "mantel|jacke|regenmantel|anorak|lab coat|bata"
    ),
    "dress": "dress|gown|skirt|vestido|falda|robe longue|jupe|kleid|rock|nightgown|camisón|tutu|tutú|kimono|kimonos",
    "robe": "robe|robes|cloak|tunic|túnica|capa larga|toga|umhang",
    "suit": "suit|tuxedo|tie|blazer|traje|smoking|corbata|costume|anzug|waistcoat|vest|chaleco",
    "sweater": "sweater|jumper|pullover|hoodie|cardigan|jersey|suéter|sudadera|knit|turtleneck",
    "shirt": "shirt|t-shirt|tee|blouse|pajamas|pyjamas|pijama|camisa|camiseta|blusa|chemise|hemd",
    "overalls": "overalls|dungarees|jumpsuit|mono|peto|coveralls|latzhose|salopette",
    "spacesuit": "spacesuit|space suit|astronaut|traje espacial|astronauta|cosmonaut",
    "armor": "armor|armour|knight|armadura|caballero|armure|ritter|rüstung",
    "uniform": "uniform|uniforme|soldier|soldado|officer|conductor|pilot|policeman|captain",
}

HATS = {
    "cap": "cap|gorra|casquette|mütze|flat cap|boina|beret",
    "hat": "hat|fedora|sombrero|chapeau|hut|straw hat|detective",
    "beanie": "beanie|wool hat|woolly hat|knit cap|gorro|bonnet|wollmütze|bobble hat",
    "crown": "crown|tiara|king|queen|prince|princess|corona|rey|reina|príncipe|princesa|könig|königin|roi|reine",
    "wizard": "wizard|witch|mago|bruja|pointed hat|sorcière|hexe|zauberer|magicien|wizard hat|witch hat",
    "top": "top hat|chistera|bowler|bombín|haut-de-forme|zylinder",
    "chef": "chef|baker|chef hat|cook|cocinero|cocinera|panadero|panadera|toque|koch|bäcker|boulanger",
    "hood": "hood|hooded|capucha|capuche|kapuze|thief|ladrón|ladrona|robber",
    "tricorn": "pirate|pirata|tricorn|piratenhut",
    "headscarf": "headscarf|bandana|pañuelo en la cabeza|kopftuch|kerchief|hijab",
    "helmet": "helmet|casco|helm|casque",
    "bow": "hair bow|bow in her hair|ribbon|lazo|cinta",
}

HAIRS = {
    "long": "long hair|pelo largo|long|larga|cheveux longs|lange haare",
    "short": "short hair|pelo corto|short",
    "bun": "bun|moño|topknot|chignon|dutt",
    "curly": "curly|curls|afro|rizado|rizada|rizos|frisé|lockig|frizzy|wild hair",
    "ponytail": "ponytail|coleta|queue de cheval|pferdeschwanz|pigtail",
    "braids": "braid|braids|braided|pigtails|plaits|trenza|trenzas|coletas|tresses|zöpfe",
    "bob": "bob|bobbed|melena corta|fringe|bangs|flequillo",
    "spiky": "spiky|messy|tousled|despeinado|alborotado|unruly|punk",
    "bald": "bald|calvo|calva|chauve|glatze|kahl",
}

BEARDS = {
    "long": "long beard|barba larga|lange bart",
    "full": "beard|bearded|barba|barbudo|barbe|bart",
    "moustache": "moustache|mustache|bigote|schnurrbart",
    "stubble": "stubble|unshaven",
}

EXTRAS = {
    "glasses": "glasses|spectacles|gafas|lentes|anteojos|lunettes|brille|goggles|monocle",
    "scarf": "scarf|bufanda|écharpe|schal|shawl|chal",
    "apron": "apron|delantal|tablier|schürze|baker|chef|panadero|panadera|cocinero|cocinera",
    "cape": "cape|capa|superhero|umhang|cloak|knight|king|queen|rey|reina",
    "backpack": "backpack|rucksack|mochila|sac à dos|satchel|explorer|explorador|traveller|traveler",
    "bowtie": "bow tie|pajarita|bowtie",
    "mask": "mask|masked|antifaz|máscara|burglar|thief|ladrón|ladrona|thieves|robber",
    "lantern": "lantern|linterna|farol|lanterne|laterne",
    "wings": "wings|winged|alas|fairy|hada|angel|ángel|fée|fee|engel",
    "eyes": "glowing eyes|ojos brillantes|bright eyes|leuchtende augen",
    "cane": "cane|walking stick|bastón|staff|stock|canne",
}

SPECIES = {
    "cloud": (
        "cloud spirit|storm spirit|storm cloud|cloud|espíritu de la tormenta|nube|nubecilla|nubarrón|wolke|"
        "nuage|storm|tormenta"
    ),
    "mermaid": "mermaid|mermaids|sirena|sirène|meerjungfrau|nixe|green tail|blue tail|fish tail",
    "snowman": "snowman|snowmen|muñeco de nieve|bonhomme de neige|schneemann|schneefrau",
    "scarecrow": "scarecrow|scarecrows|espantapájaros|épouvantail|vogelscheuche",
    "fairy": "fairy|fairies|hada|hadas|fée|fee|angel|angels|ángel|elf|elves|elfo|elfe|pixie",
    "raccoon": "raccoon|raccoons|mapache|mapaches|raton laveur|waschbär",
    "badger": "badger|badgers|tejón|blaireau|dachs",
    "otter": "otter|otters|beaver|weasel|ferret|nutria|castor|loutre|fischotter|biber|wiesel",
    "skunk": "skunk|mofeta|mouffette|stinktier",
    "monkey": "monkey|monkeys|ape|chimpanzee|gorilla|mono|mona|monito|gorila|singe|gorille|affe|äffchen",
    "koala": "koala|koalas",
    "pig": "pig|pigs|piglet|boar|cerdo|cerdito|cochon|porcelet|schwein|ferkel",
    "frog": "frog|frogs|toad|rana|ranita|sapo|grenouille|crapaud|frosch|kröte",
    "kangaroo": "kangaroo|canguro|kangourou|känguru",
    "giraffe": "giraffe|giraffes|jirafa|girafe|giraffen",
    "zebra": "zebra|zebras|cebra|zèbre",
    "rhino": "rhino|rhinoceros|rinoceronte|rhinocéros|nashorn",
    "bat": "bat|bats|murciélago|chauve-souris|fledermaus",
    "octopus": "octopus|squid|jellyfish|pulpo|calamar|medusa|pieuvre|poulpe|méduse|krake|oktopus|qualle",
    "crab": "crab|crabs|lobster|cangrejo|langosta|crabe|homard|krabbe|krebs|hummer",
    "worm": "worm|worms|earthworm|caterpillar|gusano|lombriz|oruga|ver de terre|chenille|wurm|regenwurm|raupe",
    "snake": "snake|snakes|serpent|serpiente|schlange",
    "wolf": "wolf|wolves|she-wolf|lobo|lobos|loba|loup|louve|coyote|wölfe|wölfin",
    "panda": "panda",
    "polar": "polar bear|oso polar|eisbär",
    "mouse": "mouse|mice|ratón|ratones|souris|maus|mäuse|rat|rata",
    "squirrel": "squirrel|ardilla|écureuil|eichhörnchen",
    "hedgehog": "hedgehog|erizo|hérisson|igel",
    "deer": "deer|stag|ciervo|cerf|hirsch|fawn|reindeer|reno",
    "unicorn": "unicorn|unicornio|licorne|einhorn",
    "cow": "cow|vaca|vache|kuh|bull|toro",
    "sheep": "sheep|lamb|oveja|cordero|mouton|schaf|goat|cabra|ziege|chèvre",
    "camel": "camel|camello|chameau|kamel",
    "tiger": "tiger|tigre|leopard|leopardo|léopard",
    "panther": "panther|pantera|panthère|panther",
    "lioness": "lioness|leona|lionne|löwin",
    "owl": "owl|búho|lechuza|hibou|chouette|eule",
    "penguin": "penguin|penguins|pingüino|pingüinos|pingouin|pinguin",
    "crow": "crow|raven|cuervo|corbeau|krähe|rabe",
    "gull": "gull|seagull|gaviota|mouette|möwe|swan|cisne|cygne|schwan|goose|ganso",
    "shark": "shark|tiburón|requin|hai",
    "dolphin": "dolphin|dolphins|delfín|delfines|dauphin|delfin",
    "turtle": "turtle|tortuga|tortue|schildkröte",
    "dinosaur": "dinosaur|dinosaurs|dinosaurio|dinosaure|dinosaurier",
    "bee": "bee|bees|abeja|abejas|abeille|biene",
    "firefly": "firefly|fireflies|luciérnaga|luciérnagas|luciole|glühwürmchen",
    "spider": "spider|araña|araignée|spinne",
    "snail": "snail|caracol|escargot|schnecke",
}

GESTURES = {
    "sleep": "sleep|sleeps|sleeping|asleep|snores|lullaby|duerme|dormido|dormida|durmiendo|dort|schläft|dreams|nana",
    "argue": (
        "argue|argues|arguing|argument|quarrel|quarrels|shout|shouts|yell|yells|discute|discuten|discutir|"
        "grita|gritan|dispute|streiten|streit|furious|angry|angrily"
    ),
    "dance": (
        "dance|dances|dancing|baila|bailan|bailar|bailando|danse|danser|tanzt|tanzen|twirl|twirls|celebrate|"
        "celebrates|celebra"
    ),
    "fly": "fly|flies|flying|soars|floats|floating|hovers|vuela|vuelan|volando|flota|vole|fliegt|schwebt",
    "run": (
        "run|runs|running|race|races|flee|flees|chase|chases|escape|escapes|sprints|hurries|corre|corren|"
        "corriendo|huye|huyen|persigue|court|rennt|läuft|fuite"
    ),
    "climb": "climb|climbs|climbing|sube|trepa|escala|grimpe|klettert|steigt",
    "cook": (
        "cook|cooks|cooking|bake|bakes|stir|stirs|stirring|knead|kneads|chop|chops|cocina|cocinan|hornea|"
        "mezcla|remueve|amasa|cuisine|kocht|backt"
    ),
    "read": "read|reads|reading|study|studies|lee|leyendo|leen|lit|liest|writes|escribe",
    "play": (
        "plays guitar|plays the|guitar|violin|piano|sings|singing|song|canta|toca la|toca el|chante|singt|"
        "plays a melody|melody"
    ),
    "hug": "hug|hugs|hugging|embrace|embraces|cuddle|holds hands|abraza|abrazan|abrazo|câlin|umarmt|reconcile",
    "build": (
        "build|builds|building|repairs|fixes|tinker|tinkers|hammer|construye|construyen|repara|arregla|"
        "construit|baut|repariert|paints|pinta|works"
    ),
    "hold": (
        "holding|holds|carries|carrying|lights|lantern|sostiene|lleva|llevando|porte|hält|trägt|offers|ofrece|"
        "gives|raises the|lifts|steals|roba"
    ),
    "point": "points|pointing|señala|apunta|montre|zeigt|discovers|descubre|finds|encuentra|spots",
    "wave": (
        "wave|waves goodbye|greets|greet|hello|goodbye|farewell|saluda|saludan|adiós|despide|despiden|salue|"
        "winkt|befriends|welcome|waving"
    ),
    "cry": "cry|cries|crying|weep|weeps|tears|llora|lloran|pleure|weint|grieves|sad|triste|alone|lonely",
    "sit": "sit|sits|sitting|seated|rests|waits|fishing|sentado|sentada|sienta|espera|assis|sitzt|meditates",
    "kneel": "kneel|kneels|crouch|crouches|bends|arrodilla|agacha|kniet|plants|planta",
    "look": "looks up|gazes|gaze|stares|watches|wonder|mira|miran|contempla|observa|regarde|schaut|blickt|looks",
    "sneak": "sneak|sneaks|sneaking|creep|creeps|tiptoe|heist|sigilo|furtivo|schleicht|hides",
    "walk": (
        "walk|walks|walking|wander|wanders|travels|journey|steps|follows|camina|caminan|pasea|viaja|sigue|"
        "marche|geht|wandert"
    ),
}

FRAMINGS = {
    "over": (
        "over the shoulder|over-the-shoulder|por encima del hombro|sobre el hombro|par-dessus l'épaule|"
        "über die schulter"
    ),
    "aerial": (
        "aerial view|aerial shot|aerial|bird's-eye|bird's eye|birds-eye|overhead|drone shot|top-down|top down|"
        "vista aérea|cenital|vue aérienne|vogelperspektive|luftaufnahme"
    ),
    "low": "low angle|low-angle|worm's-eye|contrapicado|contre-plongée|froschperspektive",
    "close": (
        "close-up|close up|closeup|extreme close-up|portrait of|primer plano|primerísimo plano|gros plan|"
        "nahaufnahme|großaufnahme"
    ),
    "medium": "medium shot|mid shot|medium close-up|plano medio|plan moyen|halbtotale|two-shot|two shot|waist shot",
    "wide": (
        "wide shot|wide-angle|wide angle|establishing shot|long shot|full shot|extreme wide shot|panorama|"
        "plano general|gran plano|plan large|totale|weitwinkel"
    ),
}

SEASONS = {
    "autumn": (
        "autumn|fall leaves|falling leaves|leaf|leaves|otoño|hoja|hojas|automne|feuille|feuilles|herbst|blatt|"
        "blätter|october|november|harvest|pumpkin"
    ),
    "winter": (
        "winter|christmas|snow|invierno|navidad|nieve|hiver|noël|neige|weihnachten|schnee|frozen|december|january"
    ),
    "spring": "spring|blossom|blossoms|cherry blossom|primavera|cerezo|printemps|frühling|april|tulip|easter",
}

LANGUAGES = {
    "es": "el|la|los|las|un|una|de|y|en|su|con|que|del|por|para|se|al|es|sus|hay|cuando|sobre|está|niña|niño",
    "fr": "le|la|les|un|une|des|et|dans|avec|qui|du|pour|sur|son|sa|est|au|aux|elle|il|sous|vers|ses",
    "de": "der|die|das|ein|eine|und|im|mit|auf|den|dem|einer|einen|von|zu|ist|zum|zur|am|sich|über|unter",
    "en": "the|a|an|of|and|in|on|with|his|her|at|to|is|by|their|from|into|its|as|for|two|under|over",
}


@functools.cache
def _pattern(words: str) -> re.Pattern[str]:
    longest_first = sorted(words.split("|"), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def first(text: str, table: Mapping[str, str]) -> str | None:
    """The key of `table` (key -> words joined by "|") whose word comes first in `text`; ties go to the longer word."""
    best: tuple[int, int, str] | None = None
    for key, words in table.items():
        match = _pattern(words).search(text)
        if match and (best is None or (match.start(), -len(match.group())) < best[:2]):
            best = (match.start(), -len(match.group()), key)
    return best[2] if best else None


def has(text: str, words: str) -> bool:
    """Whether one of `words` (joined by "|") stands in lower-case `text`."""
    return _pattern(words).search(text) is not None


def ordered(text: str, table: Mapping[str, str]) -> list[str]:
    """Every key of `table` named in `text`, in the table's own order of precedence."""
    return [key for key, words in table.items() if has(text, words)]


def colours(text: str, table: Mapping[str, str] = COLOURS) -> list[tuple[int, Colour]]:
    """(end of the word, colour) for every colour word in lower-case `text`, longest words first at each place."""
    found: dict[int, tuple[int, Colour]] = {}
    for code, words in table.items():
        for match in _pattern(words).finditer(text):
            held = found.get(match.start())
            if held is None or match.end() > held[0]:
                found[match.start()] = (match.end(), rgb(code))
    kept: list[tuple[int, Colour]] = []
    for start in sorted(found):
        if not kept or start >= kept[-1][0]:
            kept.append(found[start])
    return kept


def language_of(text: str) -> str:
    """The likeliest of en, es, fr, de by function words; en when nothing speaks for another."""
    words = re.findall(r"\w+", text.lower())
    score = {code: sum(word in known.split("|") for word in words) for code, known in LANGUAGES.items()}
    return max(score, key=lambda code: (score[code], code == "en"))
