"""The word lists behind ``summarizer.facts``."""

from __future__ import annotations

import re

from summarizer.records import DifferenceKind

MONTHS = {
    name: f"{number:02}"
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: names.split()[0]
    for names in ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu",
                  "friday fri", "saturday sat", "sunday sun")
    for name in names.split()
}  # fmt: skip

UNITS = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""".split()
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES = {
    "hundred": 100,
    "dozen": 12,
    "thousand": 1_000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
SHORT_SCALES = {"k": 1_000, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
ORDINALS = {
    word: value
    for value, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh
        twelfth""".split(),
        1,
    )
}
FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}

# Words after which or before which "one" counts nothing.
ONE_BEFORE = frozenset(
    "no any every some the this that each another which not only 's big good".split()
)
ONE_AFTER = frozenset(
    """of another by who whom that which and or to in at on for from with as thing side hand way
    reason day time more final last 's is was has can could may might must should would""".split()
)

TITLES = frozenset(
    """president vice prime minister ministers foreign defense defence interior deputy supreme
    leader chairman chairwoman chair chief justice secretary chancellor premier senator sen sens
    representative rep reps congressman congresswoman governor gov mayor mr mrs ms miss dr prof
    professor gen general lt col colonel capt captain maj major sgt sergeant cmdr commander adm
    admiral king queen prince princess pope sir lord lady dame judge ambassador envoy spokesman
    spokeswoman spokesperson director ceo coach officer detective sheriff attorney rev reverend
    bishop archbishop cardinal father sister imam rabbi ayatollah sheikh emir jr""".split()
)

# Spellings of one and the same country or body: the first is the one kept.
ALIASES = {
    alias: names.split(",")[0]
    for names in """united states,us,usa,america,american,americans
united kingdom,uk,britain,great britain,british,briton,britons
united nations,un
european union,eu
north korea,dprk,north korean,north koreans
south korea,rok,south korean,south koreans
united arab emirates,uae,emirati
russia,russian,russians,russian federation
ukraine,ukrainian,ukrainians
china,chinese
japan,japanese
germany,german,germans
france,french
italy,italian,italians
spain,spanish,spaniard
portugal,portuguese
poland,polish
netherlands,dutch
belgium,belgian,belgians
sweden,swedish
norway,norwegian,norwegians
denmark,danish
finland,finnish
greece,greek,greeks
turkey,turkish,turks,türkiye
israel,israeli,israelis
palestine,palestinian,palestinians
iran,iranian,iranians
iraq,iraqi,iraqis
syria,syrian,syrians
lebanon,lebanese
egypt,egyptian,egyptians
libya,libyan,libyans
saudi arabia,saudi,saudis
yemen,yemeni,yemenis
qatar,qatari
afghanistan,afghan,afghans
pakistan,pakistani,pakistanis
india,indian,indians
bangladesh,bangladeshi
indonesia,indonesian,indonesians
philippines,philippine,filipino,filipinos
vietnam,vietnamese
thailand,thai,thais
australia,australian,australians
new zealand,new zealander,new zealanders
canada,canadian,canadians
mexico,mexican,mexicans
brazil,brazilian,brazilians
argentina,argentine,argentinian
chile,chilean,chileans
colombia,colombian,colombians
venezuela,venezuelan,venezuelans
cuba,cuban,cubans
haiti,haitian,haitians
nigeria,nigerian,nigerians
kenya,kenyan,kenyans
ethiopia,ethiopian,ethiopians
sudan,sudanese
south africa,south african,south africans
europe,european,europeans
africa,african,africans
asia,asian,asians
switzerland,swiss
austria,austrian,austrians
hungary,hungarian,hungarians
ireland,irish
scotland,scottish
wales,welsh
england,english""".splitlines()
    for alias in names.split(",")
}

# Ordinary words that news sentences open with; others are told by their endings.
OPENERS = frozenset(
    """according accused across activists add added aid air aircraft almost along alongside
    already although always amid among analysts announced apart around army asked attack attacks
    attempts aside away back bad bank banks based be better beyond big bodies bomb border both
    boys bridge business businesses called campaign cars central change charges chief children
    church citizens city civil clashes climate clearly club coach committee companies company
    consumers cost council country court crews critics crowds current days dead death deaths
    democratic despite doctors dozens drivers drone early east economists eight either election
    emergency employees engineers enough environmental even eventually every everyone everything
    evidence ex exactly experts fans farmers federal few fighting figures fire firefighters firms
    five flights floods following food foreign former four fresh friends fuel full further gas
    girls give given global go going good government growth guards gunmen half hackers health
    heavy help high hospital hospitals hours house households how hundreds if in industry
    inflation inside insurers interest international investigators investors it jobs judges
    just keep key known labour labor landslides large last late later lawmakers lawyers leaders
    less let life like little local long look low major make makers man managers many market
    markets may maybe media medics members men military millions ministers money months most
    mother moves much national near nearly neighbours neighbors never new news next nine nobody
    none north not nothing now observers of off officer officers officials often oil old
    once one only onlookers opposition or organisers organizers other others over parents
    parliament part parts party passengers past patients people perhaps plans players police
    power premier president presidents press prices prime private profits prosecutors protesters
    protests public pupils quite rail rain rather reaction ready recent relations relatives
    reporters reports republicans democrats rescue rescuers research researchers residents
    right rising rival road rockets sales same schools scientists security senior seven several
    shares ships shops shortly similar simply since six small so social soldiers some someone
    sometimes soon sources south speaking staff state still stocks storm strong students such
    suddenly supporters survivors taken talks tax teachers team teams ten tensions thanks that
    third thousands three through thus tickets time today together tomorrow tonight top total
    tourists towards trade traders trading traffic trains troops trucks twelve twice two under
    union unions unless until upon use using victims video voters wages war water we weather
    weeks well west what whatever when whenever where whereas whether which while who whoever
    why wind winds witnesses women work workers world yes yesterday yet you young
    unlike without within throughout toward sunday instead elsewhere meanwhile moreover however
    furthermore nevertheless nonetheless otherwise besides additionally today's""".split()
)

# What a number is a quantity of: the same numeral with another unit is another fact.
MEASURES = {
    word: names.split()[0]
    for names in """dollar dollars $
euro euros €
pound pounds £
yen ¥
yuan
rupee rupees
rouble roubles ruble rubles
franc francs
peso pesos
crown crowns krona kronor kroner
mile miles
kilometre kilometres kilometer kilometers km
metre metres meter meters
foot feet
inch inches
centimetre centimetres centimeter centimeters cm
hectare hectares
acre acres
tonne tonnes ton tons
kilogram kilograms kilo kilos kg
gram grams
litre litres liter liters
gallon gallons
barrel barrels
second seconds
minute minutes
hour hours
day days
week weeks
month months
year years
decade decades
century centuries
point points""".splitlines()
    for word in names.split()
}
PERIODS = frozenset("second minute hour day week month year decade century".split())

# Words with an opposite: a row each, a bar between the sides; a row goes on where it is
# indented further. Two texts that stand on different sides of a row, neither on both, do
# not say the same. An inflection counts as its word.
_OPPOSITES: tuple[tuple[DifferenceKind, str], ...] = (
    (
        "number",
        """all every everyone everybody | most | many | half | some several | few | none nobody
        majority most | minority
        more | fewer less
        above over | below under
        double doubled | halve halved | triple tripled""",
    ),
    (
        "date",
        """noon midday | midnight
        dawn sunrise daybreak | dusk sunset nightfall
        spring | summer | autumn | winter
        morning dawn | afternoon | evening | night overnight
        early earlier | late later
        before | after""",
    ),
    (
        "negation",
        """rise rose risen increase grow grew grown climb gain jump soar surge up expand
            | fall fell fallen decrease reduce drop decline shrink shrank plunge slide slid
            slip slump down lower cut
        high higher upper | low lower
        raise | lower
        best better improve | worst worse worsen
        win won victory victorious winner | lose lost defeated loser
        accept agree approve approval pass endorse back
            | reject refuse refusal oppose block dismiss veto
        support | oppose
        for favour favor | against
        confirm admit acknowledge | deny denied denies denying denial
        open opened reopen | close shut
        hire appoint recruit | fire sack dismiss
        guilty convict | innocent acquit clear cleared
        arrest detain jail capture imprison | release free freed
        buy bought purchase | sell sold
        start begin began begun launch resume restart
            | end stop halt cancel cancelled cancellation suspend finish abandon
        continue keep kept | end stop halt cease
        arrive arrival enter | leave left depart departure quit | remain stay
        north northern | south southern | east eastern | west western
        left leftist | right rightist
        land | crash
        legal lawful | illegal unlawful
        alive survive survivor life | dead die dying death kill fatal
        man men male | woman women female
        boy boys | girl girls
        son | daughter
        brother | sister
        husband | wife
        father | mother
        uncle | aunt
        adult | child children
        he his him himself | she her hers herself
        strengthen | weaken
        extend | shorten
        major | minor
        first | last final | second | third
        national domestic | international foreign
        public | private
        advance | retreat
        attack | defend
        victim | attacker
        allow permit | ban forbid prohibit bar
        join | leave left quit
        find found | lose lost missing
        include | exclude
        succeed success successful | fail failure
        lift | impose
        import | export
        ally allies | enemy enemies
        friend | foe
        inside | outside
        tighten | loosen ease
        hot heat | cold
        heavy | light
        rich | poor
        old older | young younger
        urban | rural
        believe | doubt
        uphold upheld | overturn
        delay postpone | forward
        profit | loss""",
    ),
)
OPPOSITES = tuple(
    (kind, tuple(frozenset(side.split()) for side in row.split("|")))
    for kind, table in _OPPOSITES
    for row in re.sub(r"\n {9,}", " ", table).splitlines()
)

# What befalls those whom news counts, under one name each.
CASUALTIES = {
    word: names.split()[0]
    for names in """killed dead died die dies kill kills kills killing deaths
wounded injured hurt wound injure wounding injuring injuries
missing unaccounted
arrested detained
rescued saved""".splitlines()
    for word in names.split()
}

# Verbs that say the same from either side: "Kim met Lee", "Lee met Kim".
MUTUAL = frozenset("meet met marry married talk talks join joined face faced match".split())

# Forms that no stemmer knows for one verb, where news says who did it to whom.
IRREGULAR = {
    form: forms.split()[0]
    for forms in """beat beaten
bite bit bitten
take took taken
strike struck
steal stole stolen
shoot shot
drive drove driven
give gave given
choose chose chosen
overthrow overthrew overthrown
hold held
lead led
fight fought
buy bought
sell sold
catch caught
tell told
find found
win won
see saw seen
send sent
pay paid
leave left
write wrote written""".splitlines()
    for form in forms.split()
}

# What makes a statement less than one: kinds of doubt.
DOUBTS = {
    "possible": frozenset(
        """may might could possibly perhaps maybe probably likely potentially expect expects
        expected feared fears suspected apparently seems appears""".split()
    ),
    "alleged": frozenset(
        """allegedly reportedly purportedly supposedly alleged allege alleges alleging claim claims
        claimed claiming accuse accuses accused accusing rumoured rumored unconfirmed""".split()
    ),
    "intended": frozenset(
        """should plan plans planned planning intend intends hope hopes urge urges urged urging
        threaten threatens threatened""".split()
    ),
    "conditional": frozenset("if unless whether".split()),
}
