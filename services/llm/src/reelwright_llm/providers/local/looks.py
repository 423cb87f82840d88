"""What characters look like: concrete clothes and colours by role, in English, for whoever draws the pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

# role word -> (age, outfits); "|" separates what the seed may choose from.
_ROLES: Mapping[str, tuple[str, str]] = {
    "lighthouse keeper": ("old", "yellow raincoat, dark cap|navy blue coat, knitted red cap"),
    "keeper": ("old", "brown wool coat, flat cap|green cardigan, round glasses"),
    "astronaut": (
        "adult",
        "white space suit with orange stripes, clear round helmet|white space suit with blue stripes, gold visor",
    ),
    "chef": ("adult", "tall white hat, white jacket, red apron|tall white hat, white jacket, blue neckerchief"),
    "cook": ("adult", "white hat, white shirt, red apron|blue headscarf, white apron"),
    "baker": ("adult", "white cap, flour-dusted blue apron|white cap, cream shirt, brown apron"),
    "detective": ("adult", "grey trench coat, grey hat|brown trench coat, dark brown hat"),
    "thief": ("adult", "black turtleneck, dark red scarf|black coat, black cap, purple gloves"),
    "robber": ("adult", "black turtleneck, black mask|dark grey coat, red gloves"),
    "witch": ("adult", "pointed purple hat, long black dress|pointed black hat, green cloak"),
    "wizard": ("old", "pointed blue hat with silver stars, long blue robe|grey pointed hat, long grey robe"),
    "king": ("old", "golden crown, red velvet cloak|golden crown, deep blue cloak with white fur"),
    "queen": ("adult", "golden crown, emerald green gown|silver crown, crimson gown"),
    "prince": ("young", "thin silver crown, blue tunic|thin golden crown, green tunic"),
    "princess": ("young", "small silver crown, rose pink dress|small golden crown, turquoise dress"),
    "knight": ("adult", "silver armour, red plume, blue shield|silver armour, white plume, green shield"),
    "pirate": ("adult", "black three-cornered hat, red striped shirt|red bandana, long navy coat"),
    "captain": ("adult", "white captain's cap, navy coat with gold buttons|navy cap, dark blue coat"),
    "sailor": ("adult", "white sailor cap, blue striped shirt|navy wool cap, white and blue shirt"),
    "fisherman": ("old", "green oilskin coat, brown hat|yellow oilskins, grey wool cap"),
    "farmer": ("adult", "straw hat, blue dungarees, red checked shirt|straw hat, brown dungarees, white shirt"),
    "gardener": ("adult", "straw hat, green apron, yellow boots|green dungarees, orange neckerchief"),
    "doctor": ("adult", "white coat, round glasses|white coat, blue shirt"),
    "nurse": ("adult", "pale blue uniform, white cap|white uniform, red cape"),
    "teacher": ("adult", "mustard cardigan, round glasses|green jacket, grey tie"),
    "scientist": ("adult", "white lab coat, large goggles|white lab coat, purple gloves"),
    "inventor": ("adult", "brown leather apron, brass goggles|orange overalls, brass goggles"),
    "engineer": ("adult", "orange overalls, yellow helmet|blue overalls, tool belt"),
    "clockmaker": ("old", "brown waistcoat, magnifying eyepiece|dark green waistcoat, small gold glasses"),
    "librarian": ("adult", "plum cardigan, round glasses|grey dress, red scarf"),
    "musician": ("adult", "black velvet jacket, red scarf|burgundy waistcoat, white shirt"),
    "violinist": ("adult", "black dress coat, white shirt|dark green velvet jacket, violin under the arm"),
    "dancer": ("young", "flowing red dress|flowing white costume, silver shoes"),
    "ballerina": ("young", "pale pink tutu, pink ribbons|white tutu, silver shoes"),
    "painter": ("adult", "blue smock with paint stains, beret|white smock, red beret"),
    "poet": ("adult", "long dark coat, purple scarf|worn brown jacket, green scarf"),
    "writer": ("adult", "brown jacket, ink-stained sleeves|grey cardigan, round glasses"),
    "pilot": ("adult", "brown leather jacket, flying goggles, white scarf|green flight suit, white scarf"),
    "soldier": ("adult", "olive green coat, brown belt|dark blue uniform, brass buttons"),
    "postman": ("adult", "blue uniform, blue cap, brown satchel|navy jacket, red cap, brown satchel"),
    "clown": ("adult", "red nose, yellow jacket with big buttons|red nose, blue striped suit, green hat"),
    "shepherd": ("young", "brown cloak, wooden crook|grey wool cloak, straw hat"),
    "beekeeper": ("adult", "white suit, wide hat with veil|cream overalls, yellow wide hat"),
    "explorer": ("adult", "khaki jacket, wide hat|green jacket, brown backpack"),
    "traveller": ("adult", "long brown coat, red backpack|green cloak, wide hat"),
    "team": ("young", "red football shirt, white shorts|blue football shirt, white shorts"),
    "footballer": ("young", "red football shirt, white shorts|green football shirt, black shorts"),
    "tailor": ("old", "grey waistcoat, yellow measuring tape|blue waistcoat, small glasses"),
    "grandmother": ("old", "lilac cardigan, flowered apron|green shawl, blue dress"),
    "grandfather": ("old", "brown cardigan, flat cap|grey waistcoat, red bow tie"),
    "giant": ("adult", "giant's brown patched tunic, bare feet|giant's green tunic, wide belt"),
    "giantess": ("adult", "giant's long blue dress|giant's green dress, wide belt"),
    "troll": ("adult", "troll's green skin, brown patched tunic|troll's green skin, grey fur coat"),
    "ogre": ("adult", "ogre's green skin, brown leather tunic|ogre's green skin, red tunic"),
    "mermaid": ("young", "shimmering green tail, shell necklace|shimmering blue tail, pearl hairband"),
    "child": ("child", "red jumper, blue dungarees|yellow raincoat, red boots|green striped shirt, blue shorts"),
    "granddaughter": ("child", "yellow dress, red shoes|green dungarees, striped shirt"),
    "grandson": ("child", "blue jumper, brown shorts|red striped shirt, green trousers"),
    "girl": ("child", "red dress, white socks|yellow dungarees, striped shirt|blue coat, red boots"),
    "boy": ("child", "green jumper, brown shorts|red striped shirt, blue dungarees|orange jacket, grey cap"),
}
_PLAIN = (
    "blue jacket, brown trousers",
    "dark green coat, grey scarf",
    "mustard jumper, dark blue trousers",
    "rust red coat, cream scarf",
    "teal coat, brown boots",
)
_HAIR: Mapping[str, Sequence[str]] = {
    "old m": ("white beard", "grey beard", "short white hair and moustache"),
    "old f": ("white hair in a bun", "long grey braid", "short silver hair"),
    "m": ("short black hair", "curly brown hair", "dark beard", "red hair", "short blond hair"),
    "f": ("long black hair", "curly brown hair", "short red hair", "brown hair in a bun", "long blond braid"),
    "child m": ("messy brown hair", "curly black hair", "short red hair"),
    "child f": ("two brown braids", "curly black hair", "short red hair", "black ponytail"),
}
_SKIN = ("light skin", "tan skin", "brown skin", "dark brown skin")
_ANIMALS: Mapping[str, str] = {
    "dog": "small brown dog, floppy ears, red collar|shaggy white dog, green collar",
    "cat": "slim black cat, white paws, yellow eyes|orange tabby cat, green eyes",
    "fox": "slender orange fox, white tail tip, green scarf|rust red fox, cream chest, dark paws",
    "wolf": "grey wolf, silver muzzle, amber eyes|dark grey wolf, white chest",
    "bear": "round brown bear, cream muzzle, blue scarf|big dark brown bear, red scarf",
    "rabbit": "small white rabbit, long ears, blue waistcoat|soft grey rabbit, pink ears, yellow scarf",
    "mouse": "tiny grey mouse, round pink ears, red scarf|tiny brown mouse, blue cap",
    "sheep": "woolly white sheep, blue scarf|fluffy cream sheep, red scarf",
    "cow": "white cow, black patches|brown cow, cream nose",
    "goat": "white goat, small horns|brown goat, grey beard",
    "donkey": "grey donkey, long ears|brown donkey, cream nose",
    "deer": "brown deer, cream chest|golden brown deer, white spots",
    "unicorn": "white unicorn, purple mane|white unicorn, pink mane",
    "camel": "sandy camel, red blanket|golden camel, blue blanket",
    "tiger": "orange tiger, black stripes|golden tiger, dark stripes",
    "panda": "black and white panda, green scarf|round panda, red scarf",
    "squirrel": "small red squirrel, bushy tail|small brown squirrel, green scarf",
    "hedgehog": "small brown hedgehog, cream face|round grey hedgehog, red scarf",
    "duck": "yellow duck, orange beak|white duck, blue scarf",
    "crow": "black crow, bright eyes|black crow, red scarf",
    "seagull": "white seagull, grey wings|white seagull, yellow beak",
    "swan": "white swan, orange beak|white swan, black beak",
    "parrot": "green parrot, red wings|red parrot, blue wings",
    "dolphin": "blue dolphin, white belly|silver dolphin, bright eyes",
    "turtle": "green turtle, brown shell|old green turtle, golden shell",
    "shark": "grey shark, white belly|blue shark, white belly",
    "snake": "green snake, yellow spots|blue snake, round eyes",
    "dinosaur": "green dinosaur, yellow belly|blue dinosaur, round eyes",
    "bee": "yellow bee, black stripes|golden bee, clear wings",
    "butterfly": "blue butterfly, orange spots|orange butterfly, purple spots",
    "snail": "small snail, brown shell|small snail, blue shell",
    "spider": "small purple spider, round eyes|small grey spider, red scarf",
    "raccoon": "small grey raccoon, black mask, blue scarf|grey raccoon, dark mask, red scarf",
    "otter": "sleek brown otter, cream chest|small brown otter, yellow scarf",
    "badger": "grey badger, black and white face|small grey badger, green scarf",
    "frog": "small green frog, yellow belly|bright green frog, red scarf",
    "monkey": "small brown monkey, round ears|brown monkey, red waistcoat",
    "koala": "round grey koala, large ears|grey koala, blue scarf",
    "kangaroo": "tall brown kangaroo, long ears|sandy kangaroo, green scarf",
    "giraffe": "tall golden giraffe, brown patches|young golden giraffe, red scarf",
    "zebra": "white zebra, black stripes|white zebra, dark stripes, blue blanket",
    "pig": "round pink pig, small ears|pink pig, blue scarf",
    "octopus": "purple octopus, round eyes|orange octopus, round eyes",
    "crab": "small red crab, round eyes|orange crab, large claws",
    "worm": "small pink worm, round eyes|tiny rosy worm, blue scarf",
    "bat": "small dark violet bat, large wings|brown bat, bright eyes",
    "snowman": "round white snowman, carrot nose, blue scarf|tall white snowman, carrot nose, red scarf",
    "scarecrow": "straw scarecrow, blue coat, wide hat|golden straw scarecrow, red patched coat",
    "horse": "chestnut horse, dark mane, white blaze|white horse, silver mane",
    "elephant": "big grey elephant, soft ears, red blanket|small blue-grey elephant, yellow scarf",
    "lion": "golden lion, thick brown mane|sandy lion, dark mane, green eyes",
    "bird": "small blue bird, yellow chest|small red bird, white wing tips",
    "owl": "round brown owl, big orange eyes|snow white owl, golden eyes",
    "penguin": "small black and white penguin, orange beak, red scarf|round penguin, blue wool hat",
    "fish": "bright orange fish, white stripes|silver fish, blue fins",
    "whale": "huge deep blue whale, white belly, kind eyes|great grey whale, barnacled chin, calm eyes",
    "dragon": "large green dragon, golden belly, amber eyes|deep red dragon, dark wings, yellow eyes",
    "insect": "tiny golden insect, clear wings|tiny blue insect, round black eyes",
    "ghost": "pale blue glowing ghost, round dark eyes|soft white glowing ghost, long trailing sleeves",
    "alien": "small green alien, three dark eyes, silver suit|tall lilac alien, large black eyes, white robe",
    "robot": "round teal robot, one yellow eye, brass antenna|square orange robot, two blue eyes, grey arms|tall "
    "white robot, green eyes, red chest light|copper robot, round glass face, dented elbow",
}
_SPIRITS: Mapping[str, str] = {
    "storm": "small grey storm cloud spirit with glowing eyes, tiny blue lightning|dark blue storm cloud spirit "
    "with bright yellow eyes",
    "wind": "swirling pale blue wind spirit with soft white eyes|silver wind spirit with long trailing hair",
    "rain": "round blue raindrop spirit with bright eyes|grey rain cloud spirit with silver threads",
    "snow": "small white snow spirit with ice blue eyes|round snow spirit with a pale blue scarf",
    "fog": "soft grey mist spirit with pale gold eyes|long white mist spirit with sleepy eyes",
    "moon": "round pale yellow moon with a gentle face|silver crescent moon with sleepy eyes",
    "star": "small golden star with bright eyes and a trailing glow|tiny white star with a warm halo",
    "shadow": "tall soft black shadow with two white eyes|small dark violet shadow with round eyes",
    "sea": "great blue-green wave spirit with foam-white hair|deep blue sea spirit with pearl eyes",
    "tree": "old oak tree with a kind bark face, mossy beard|tall green tree with a calm face",
}
_COATS = ("brown", "grey", "golden", "white")
_THING_COLOURS = ("red", "yellow", "blue", "green", "orange", "white")


def look_of(
    kind: str, role: str, gender: str, qualities: Sequence[str], taken: Sequence[str], *, random: Random
) -> str:
    """A concrete look, different from those in `taken`.

    `kind` is person, spirit, thing or the id of a creature; `role` is the English noun; `gender` is m or f.
    """
    for _ in range(8):
        look = _draw(kind, role, gender, qualities, random)
        if look not in taken:
            break
    return look


def _draw(kind: str, role: str, gender: str, qualities: Sequence[str], random: Random) -> str:
    lead = " ".join(q for q in qualities if q.lower() not in ("last", "only", "first", "two", "three") and len(q) < 16)
    if kind == "person":
        return _person(role, gender, lead, random)
    if kind == "spirit":
        return _prefixed(
            lead, random.choice(_SPIRITS.get(role, f"small glowing {role} spirit with kind eyes").split("|"))
        )
    table = _ANIMALS.get(role) or _ANIMALS.get(kind)
    if table:
        look = random.choice(table.split("|"))
        # The look of a horse says nothing about a moose: only the species and a colour are safe.
        other = f"{random.choice(_COATS)} {role}, round dark eyes"
        named = look if re.search(rf"\b{re.escape(role)}\b", look) or role in _ANIMALS or role == kind else other
        return _prefixed(lead, named)
    colour = random.choice(_THING_COLOURS)
    return f"{lead} {role}, {colour} stripe, two small painted eyes".strip()


def _prefixed(lead: str, look: str) -> str:
    if re.search(r"\b(little|small|tiny|young|baby)\b", lead):
        look = re.sub(r"^(big|large|huge|great|tall|small|tiny) ", "", look)
    return f"{lead} {look}".strip()


_SPORTS = ("football", "soccer", "basketball", "tennis", "school", "hockey")


def _person(role: str, gender: str, lead: str, random: Random) -> str:
    key = next(
        (word for word in sorted(_ROLES, key=len, reverse=True) if role == word or role.endswith(f" {word}")), None
    )
    age, outfits = _ROLES[key] if key else ("adult", random.choice(_PLAIN))
    words = [word for word in lead.lower().split() if word not in _SPORTS]
    age = "old" if "old" in words else "child" if "little" in words and age != "old" else age
    noun = {"m": "boy", "f": "girl"}[gender] if age == "child" else {"m": "man", "f": "woman"}[gender]
    hair = random.choice(_HAIR.get(f"{age} {gender}", _HAIR[gender]))
    described = " ".join(w for w in words if w not in ("old", "young"))
    age_word = "small" if age == "child" else age if age in ("old", "young") else ""
    opening = " ".join(part for part in (age_word, described if described != age_word else "", noun) if part)
    return f"{opening}, {random.choice(_SKIN)}, {hair}, {random.choice(outfits.split('|'))}"
