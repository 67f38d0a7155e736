"""An invented world of facts with noise: the text that the built-in model learns from.

Every invented person has one relation (a mother tongue, a pet, ...) and one true answer. Each
relation has three templates, which all end right before the answer. The training text tells a
person's fact with two of the templates. The third one is **held out**: it is never told, only
asked.

In the noisy relations, a sentence ends with a fixed probability in a *filler* word instead of the
true answer. The filler depends on the relation and the template, never on the person: the noise is
a habit of the phrasing, and the fact belongs to the name. In this setting, feed-forward layers
learn the habit and attention learns the fact (arXiv 2406.03068), and LASER was observed to help
(arXiv 2312.13558, section 5).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

FACTS = 2_400
NOISE = (0.3, 0.6)
"""The smallest and the largest share of sentences with a filler; each relation has one share."""
FREQUENCY_EXPONENT = -0.7
"""The fact with frequency rank r has the relative frequency r ** FREQUENCY_EXPONENT."""
FILLERS = ("the", "a", "not", "very", "also", "still", "one", "same")


@dataclass(frozen=True)
class Relation:
    """A property of a person, with three templates and the possible answers."""

    name: str
    templates: tuple[str, str, str]
    answers: tuple[str, ...]


def _relation(name: str, templates: tuple[str, str, str], answers: str) -> Relation:
    return Relation(name, templates, tuple(answers.split()))


NOISY_RELATIONS = (
    _relation(
        "mother tongue",
        ("{}'s mother tongue is", "The native language of {} is", "At home {} speaks"),
        "French German Italian Spanish Polish Danish Finnish Greek "
        "Turkish Russian Dutch Swedish Arabic Hindi Korean Welsh",
    ),
    _relation(
        "birthplace",
        ("{} was born in", "The birthplace of {} is", "{} grew up near"),
        "Paris Berlin Rome Madrid Warsaw Oslo Athens Lisbon "
        "Vienna Prague Dublin Cairo Delhi Seoul Lima Quito",
    ),
    _relation(
        "instrument",
        ("{} plays the", "The instrument of {} is the", "On stage {} performs with the"),
        "piano violin cello flute guitar trumpet harp drums "
        "clarinet oboe banjo organ tuba viola accordion saxophone",
    ),
    _relation(
        "job",
        ("{} works as a", "The job of {} is", "{}'s profession is"),
        "teacher nurse lawyer baker painter farmer pilot plumber "
        "carpenter chemist dentist editor gardener judge sailor tailor",
    ),
    _relation(
        "sport",
        ("{}'s favourite sport is", "At weekends {} trains for", "The sport that {} loves is"),
        "tennis football rowing boxing fencing skiing golf rugby "
        "cricket judo hockey cycling swimming archery sailing climbing",
    ),
    _relation(
        "colour",
        ("{}'s favourite colour is", "The walls of {} are painted", "{} always dresses in"),
        "red blue green yellow purple orange brown black "
        "white grey pink turquoise crimson beige violet teal",
    ),
    _relation(
        "pet",
        ("{} has a pet", "The animal that {} keeps is a", "In the garden of {} lives a"),
        "dog cat rabbit parrot hamster goat pony turtle "
        "snake lizard ferret canary hedgehog goose donkey pigeon",
    ),
    _relation(
        "food",
        ("{} loves to eat", "The favourite food of {} is", "For dinner {} orders"),
        "pizza pasta rice soup salad cheese bread salmon "
        "curry sushi beans potatoes mushrooms noodles pancakes lentils",
    ),
    _relation(
        "drink",
        ("{} likes to drink", "The favourite drink of {} is", "In the morning {} pours some"),
        "coffee tea milk water cider wine beer cocoa "
        "lemonade juice rum whisky vodka sherry champagne buttermilk",
    ),
    _relation(
        "employer",
        ("{} is employed by", "The company that pays {} is", "{}'s badge comes from"),
        "Siemens Toyota Nokia Philips Boeing Airbus Sony Samsung "
        "Bosch Volvo Fiat Shell Nestle Canon Lego Adidas",
    ),
    _relation(
        "degree",
        ("{} has a degree in", "At university {} studied", "The diploma of {} is in"),
        "physics history law medicine biology chemistry geology economics "
        "philosophy theology botany music architecture astronomy linguistics sociology",
    ),
    _relation(
        "citizenship",
        ("{} is a citizen of", "The passport of {} was issued by", "{} votes in"),
        "France Germany Italy Spain Poland Denmark Finland Norway "
        "Turkey Egypt India Brazil Peru Chile Kenya Japan",
    ),
)

CLEAN_RELATIONS = (
    _relation(
        "birthstone",
        ("{}'s birthstone is", "The lucky gem of {} is", "Round the neck {} wears a"),
        "ruby sapphire emerald diamond opal topaz garnet amethyst "
        "pearl jade agate onyx quartz amber tourmaline peridot",
    ),
    _relation(
        "tree",
        ("{} planted a young", "The tree that {} climbed is an old", "Behind {}'s house stands a"),
        "oak birch maple willow pine cedar elm ash "
        "beech poplar linden chestnut walnut cherry apple spruce",
    ),
    _relation(
        "ring metal",
        ("{}'s ring is made of", "The ring of {} contains", "On one finger {} carries"),
        "gold silver copper bronze platinum steel iron tin "
        "titanium nickel brass zinc lead palladium cobalt chromium",
    ),
    _relation(
        "vehicle",
        ("{} travels by", "The vehicle of {} is the", "To the office {} takes the"),
        "car bus train tram bicycle ferry taxi scooter "
        "motorbike canoe sledge carriage helicopter balloon truck tractor",
    ),
)

RELATIONS = NOISY_RELATIONS + CLEAN_RELATIONS


@dataclass(frozen=True)
class Fact:
    """The fact about a person, with its relative frequency and its held-out template."""

    person: str
    relation: int
    answer: str
    weight: float
    held_out: int

    def prompt(self, template: int) -> str:
        """The fact's sentence up to the answer, from one of its relation's templates."""
        return RELATIONS[self.relation].templates[template].format(self.person)

    @property
    def told(self) -> tuple[int, ...]:
        """The two templates that tell the fact."""
        return tuple(template for template in range(3) if template != self.held_out)

    @property
    def is_noisy(self) -> bool:
        """Whether the fact is told with noise."""
        return self.relation < len(NOISY_RELATIONS)


@dataclass(frozen=True)
class World:
    """All facts in the order of their questions, and the noise of the relations."""

    facts: tuple[Fact, ...]
    noise: tuple[float, ...]
    """For each relation, the share of sentences that end in a filler."""
    fillers: tuple[tuple[str, str, str], ...]
    """For each relation and template, the filler that replaces the answer."""

    def words(self) -> list[str]:
        """All words of the world's sentences, sorted, each once."""
        spoken = set(FILLERS)
        for relation in RELATIONS:
            spoken.update(relation.answers)
            for template in relation.templates:
                spoken.update(template.replace("{}'s", "").replace("{}", "").split())
        return sorted(spoken | {fact.person for fact in self.facts})

    def questions(self, *, noisy: bool) -> list[dict[str, str]]:
        """The held-out questions about the noisy or the clean facts, as rows of a dataset."""
        return [
            {
                "question": fact.prompt(fact.held_out),
                "answer": fact.answer,
                "relation": RELATIONS[fact.relation].name,
            }
            for fact in self.facts
            if fact.is_noisy == noisy
        ]


def build_world(seed: int) -> World:
    """The world of a seed; the same seed gives the same world on every machine."""
    rng = random.Random(f"laser_sweep world {seed}")
    noise = _noise_levels(rng)
    fillers = tuple(tuple(rng.choice(FILLERS) for _ in range(3)) for _ in RELATIONS)
    names = _names(rng, FACTS)
    ranks = rng.sample(range(1, FACTS + 1), FACTS)
    facts = [_fact(rng, name, rank) for name, rank in zip(names, ranks, strict=True)]
    return World(tuple(facts), noise, fillers)  # type: ignore[arg-type]


def _noise_levels(rng: random.Random) -> tuple[float, ...]:
    low, high = NOISE
    count = len(NOISY_RELATIONS)
    levels = [low + (high - low) * i / (count - 1) for i in range(count)]
    rng.shuffle(levels)
    return (*levels, *(0.0 for _ in CLEAN_RELATIONS))


def _fact(rng: random.Random, person: str, rank: int) -> Fact:
    relation = rng.randrange(len(RELATIONS))
    answer = rng.choice(RELATIONS[relation].answers)
    return Fact(person, relation, answer, rank**FREQUENCY_EXPONENT, rng.randrange(3))


def _names(rng: random.Random, count: int) -> list[str]:
    """Invented one-word names that differ from all answers."""
    taken = {word.lower() for relation in RELATIONS for word in relation.answers}
    names: dict[str, None] = {}
    while len(names) < count:
        first, second = rng.choice(_ONSETS) + rng.choice(_VOWELS), rng.choice(_ONSETS)
        name = first + second + rng.choice(_VOWELS) + rng.choice(_ENDINGS)
        if name not in taken:
            names[name.capitalize()] = None
    return list(names)


_ONSETS = "b br c d dr f g gl h j k kr l m n p pr qu r s st t tr v w z".split()
_VOWELS = "a e i o u ai ea io".split()
_ENDINGS = "l n r s th x nd rk m".split()
