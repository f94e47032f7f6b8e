"""The words that the rules of ``deletion`` know."""

from __future__ import annotations

# Marks of which one is nothing without the other.
PAIRS = frozenset('"()')
# What binds the rest of the sentence, wherever it stands in what is left out.
BINDING = frozenset(
    """not n't no never none neither nor without only hardly barely if unless until whether except
    or but may might could would should must cannot allegedly alleged reportedly suspected
    apparently possibly perhaps likely probably potentially possible potential ago former formerly
    so-called attempted planned proposed would-be acting deputy vice assistant ex failed expected
    supposed believed accused claimed claims alleges denied denies according per because
    usually often sometimes generally mostly partly largely rarely seldom occasionally typically
    normally frequently mainly primarily virtually seemingly supposedly temporarily initially
    times previously originally unsuccessfully falsely wrongly merely partially""".split()
)
# What "again" belongs to.
ONCE = frozenset("once yet over and never ever".split())
# What "the" points to with a name that stands before: "voters in Varland, the state's".
REALMS = frozenset("state city country county town province nation island village".split())
# How often: "1,200 tonnes annually".
RATES = frozenset("annually yearly monthly weekly daily hourly nightly quarterly".split())
# What tells in which world, by whose view or for whom the rest is true.
FRAMES = frozenset(
    """theory paper principle view opinion account film movie novel book play drama dream game tale
    mice rats animals monkeys mistake tax taxes""".split()
)
# After these, to leave a restriction out is to say more.
NARROWING = frozenset(
    """not n't no never none nobody nothing neither nor cannot without hardly barely rarely few
    little only all every each any most everyone anyone both falsely wrongly deny denied denies
    refuse refused refuses fail failed fails stop stopped avoid prevent ban banned bans""".split()
)
# What binds a number behind it.
BOUNDS = frozenset(
    """nearly almost about around least most approximately roughly to than some over under fewer
    less""".split()
)
# What binds it where it begins a clause that goes: the clause is told of, not the rest.
BINDING_CLAUSES = frozenset(
    """if unless until whether except without or but nor than once so though although assuming
    pending depending barring provided providing supposing""".split()
)
# What wants something behind it.
LEANING = frozenset(
    """something someone somebody anything anyone anybody everything everyone everybody nothing
    nobody people those ones one last next this past every each vice http https
    housed located based situated placed thanks due even ever starting beginning""".split()
)
# What opens a sentence that leans on what stands before it.
LOST = frozenset("he she they it his her their its him them this that these those".split())
TURNS = frozenset("then later now yet not never".split())  # "and then took it back"
# What no sentence ends with.
SUBJECTS = frozenset("i he she we they who which".split())
# Who they are, the name before them tells.
PERSONS = frozenset("he she his her him hers himself herself".split())
# What holds two things together that an "and" joins.
SPLIT = frozenset("between both either neither among from".split())
# Prepositions of phrases that neither a noun nor a verb needs.
LOOSE = frozenset(
    """in on at during near amid after before since outside inside across around along
    by""".split()
)
# What belongs to the verb before it.
PARTICLES = frozenset("up out off down away back over".split())
# What begins a phrase that may follow one left out.
TIME_AND_PLACE = frozenset("in on at during after before since".split())
# Adjectives that go without making the noun another one.
EMPTY = frozenset(
    """significant major large big huge massive serious strong growing various recent
    upcoming ongoing particular certain whole controversial historic popular famous well-known
    prominent key important crucial critical current existing additional latest powerful dramatic
    terrible tragic horrific brutal vast wide extensive own entire numerous multiple
    exclusive""".split()
)
# Nouns that say nothing without a clause behind them: "the person who called".
HOLLOW = frozenset(
    """person man woman thing things place places way ways day time moment year kind type sort fact
    reason reasons hope belief idea news sign signs chance point matter area part piece amount
    number group series entities entity case cases situation condition conditions extent
    degree claim claims question questions challenge challenges attempt attempts times""".split()
)
# After these a colon brings what is meant.
POINTING = frozenset("thus following follows this these so question questions answer here".split())
# Nouns that "in ..." completes, as stems: "a drop in temperature".
INWARD = frozenset(
    """drop rise increas decreas declin fall surg jump cut chang reduct growth slump spike shift
    interest role part belief confid faith involv differ advanc progress experi stake hike gain
    result junctur step chapter mileston conflict war victori defeat win loss success failur
    flaw error mistak weak""".split()
)
# Verbs that lean on the preposition behind them, as stems: "who specializes in tariffs".
INTO = frozenset(
    """special specialis result consist focu reli depend believ engag particip succeed invest live
    resid remain sit stand lie rest appear star look take name deal arriv aim catch
    caught""".split()
)
# What somebody does with a thing that is done: "to see the networks dismantled".
CAUSING = frozenset("see want have get hear find keep leave leav need like make watch feel".split())
# What "by ..." tells no more than the doer of, as stems.
DONE = frozenset(
    """arrest kill shoot shot find rescu detain injur wound attack seiz releas approv reject publish
    announc hit struck strike stop bite bitten damag destroi confirm""".split()
)
# How long before or after; and how much of a past is meant by "recent".
TIME_UNITS = frozenset(
    """second seconds minute minutes moment moments hour hours day days week weeks month months year
    years decade decades century centuries""".split()
)
AGES = TIME_UNITS | frozenset("past times time memory history".split())
# What is measured by a phrase behind it, and what such phrases begin with.
SUPERLATIVES = frozenset(
    """first second third fourth fifth sixth seventh eighth ninth tenth last only most least best
    worst no any all""".split()
)
LIMITS = frozenset("in since for of after from among at on by to before ever outside".split())
# What may go anywhere; where only glue goes, the rest is true but no English.
ARTICLES = frozenset("the a an".split())
GLUE = ARTICLES | frozenset(", . :".split())
FREE = ARTICLES | frozenset("also both , .".split())
# Words that are cut short by a stop, without being titles.
CUT = frozenset(
    "st co corp inc mt no vs sr u p a jan feb aug sept oct nov dec cpl pfc supt insp".split()
)
# What is no name behind a title: "Justice Department"; and halves of titles.
BODIES = frozenset("justice department court ministry office party league council board".split())
HALVES = frozenset("supreme foreign defense defence interior prime vice deputy".split())
# Adverbs that say little.
LITTLE = frozenset(
    """also just still already now then again very indeed however really actually simply
    notably sharply dramatically strongly quickly jointly heavily recently currently
    particularly especially clearly significantly quite remarkably suddenly obviously certainly
    definitely absolutely literally incredibly unbelievably strikingly vastly considerably newly
    unfortunately sadly interestingly unsurprisingly finally eventually ultimately frantically
    abruptly aggressively carefully slowly rapidly swiftly immediately formally constantly
    repeatedly openly visibly exceedingly breathtakingly massively""".split()
)
# What measures the adverb behind it.
DEGREES = frozenset("most more less least so as too very how".split())
# What a phrase of time consists of, beside days and months.
DAY = frozenset("on late later early earlier morning afternoon evening night".split())
# What pages print before a sentence, where it ran into it.
FURNITURE = frozenset(
    (
        "advertisement",
        "advertisement continue reading the main story",
        "add interest",
        "buy photo",
        "continue reading",
        "continue reading the main story",
        "hide caption",
        "newsletter sign up continue reading the main story",
        "photo advertisement continue reading the main story",
        "please enable javascript to watch this video",
        "story continued below",
        "story highlights",
        "text size reset",
        "toggle caption",
    )
)
# What stands before a colon without being who says it.
LABELS = frozenset(
    """photo photos video update updates updated note warning breaking report reports gallery image
    caption exclusive watch reaction points headlines album story summary topic news""".split()
)
STAMPS = frozenset("published updated posted".split())  # before a date, above an article
# Phrases of three words at most without which nothing is lost.
WORDY = frozenset(("in order", "a total of", "in an effort", "in an attempt", "as well"))
CONNECTIVES = frozenset(
    """but and so yet however meanwhile moreover furthermore additionally also still indeed then now
    separately nevertheless nonetheless besides earlier later overall today well oh sadly
    unfortunately interestingly finally eventually ultimately obviously naturally""".split()
)
# What opens a clause that wants a verb; and what does so at times.
OPENERS = frozenset("that while when because although though where whereas how why".split())
LINKS = frozenset("after before since until as".split())
