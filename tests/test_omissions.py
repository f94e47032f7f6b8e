"""What a written sentence may leave out of its source, and what it may not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.omissions import omissions

BRIDGE = (
    "Mayor Ana Duarte, who was elected in 2019, opened the rebuilt harbour bridge on Monday "
    "morning, ending 14 months of detours for the people of Eastport."
)
FATHER = "In July he met Jon Var Il, the father of the present chairman, Jon Var Un."
STATE = (
    "The envoy will visit Tilby, a mill town and river port, to discuss tariffs and other matters."
)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (BRIDGE, "Mayor Ana Duarte opened the rebuilt harbour bridge on Monday morning."),
        (BRIDGE, "Mayor Ana Duarte opened the rebuilt harbour bridge."),
        (BRIDGE, "Ana Duarte opened the rebuilt harbour bridge."),
        (FATHER, "In July he met Jon Var Il."),
        (STATE, "The envoy will visit Tilby to discuss tariffs and other matters."),
        (
            "Tilby (AP) — The old mill burned down, police said.",
            "Police said the old mill burned down.",
        ),
        ("Tilby (AP) — The old mill burned down.", "The old mill burned down."),
        ("However, the mill (built in 1802) burned down.", "The mill burned down."),
        ("The mill burned down on Monday.", "On Monday, the mill burned down."),
        ("A total of 24 men left in order to find work.", "24 men left to find work."),
        (
            "The fire spread quickly because of the wind, and two barns were lost.",
            "The fire spread because of the wind.",
        ),
        ("The mill burned down on Monday while its owner was away.", "The mill burned down."),
        (
            "They couldn't sell the mill (in Tilby) by Monday.",
            "They couldn't sell the mill by Monday.",
        ),
        (
            "It's a good time to buy, Reed said, citing talks that failed.",
            "It's a good time to buy, Reed said.",
        ),
        ("Reed's own mill was remarkably quiet.", "Reed's mill was quiet."),
        ("Buy photo The mill of Tilby burned down.", "The mill of Tilby burned down."),
        (
            "Advertisement Continue reading the main story The mill of Tilby burned down.",
            "The mill of Tilby burned down.",
        ),
    ],
)
def test_what_grammar_lets_go_may_go(source: str, written: str) -> None:
    assert omissions(written, [source]) == ()


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (FATHER, "In July he met Jon Var Un."),
        (
            "Four lists order your songs: popular, emerging, suggested, and shared.",
            "Four lists order your songs: popular suggested, and shared.",
        ),
        (STATE, "The envoy will visit Tilby, a mill town and other matters."),
        (BRIDGE, "Mayor Ana Duarte ended 14 months of the people of Eastport."),
        (BRIDGE, "Ana Duarte was elected on Monday morning."),
        ("The mill was not sold to the bank.", "The mill was sold to the bank."),
        ("The mill will close unless the bank helps.", "The mill will close."),
        ("The mill was allegedly set on fire.", "The mill was set on fire."),
        ("The mill burned down, police said.", "The mill burned down."),
        ("The mill was burning by nine, the brigade confirmed.", "The mill was burning by nine."),
        ("According to police, the mill burned down.", "The mill burned down."),
        ("The mill was sold in 1950.", "The mill was sold."),
        ("The former mayor opened the bridge.", "The mayor opened the bridge."),
        ("At least 24 men were hurt.", "24 men were hurt."),
        ("The leader of North Varland spoke.", "North Varland spoke."),
        ("The bond between Varland and Tilby has grown.", "Varland and Tilby has grown."),
        ("Duarte was poised to make a visit to Tilby.", "Duarte was poised to Tilby."),
        ("She ordered the troops to leave the town.", "She ordered the troops."),
        ("Before he died, Reed sold the mill to her.", "Reed sold to her."),
        ("Talks between the union and the owner failed.", "Talks between the union failed."),
        ("When Duarte arrived, she opened the bridge.", "She opened the bridge."),
        ("It was her first visit in ten years.", "It was her first visit."),
        ("They usually meet in the mill.", "They meet in the mill."),
        ("He owns a mill that spans the river.", "He owns a mill spans the river."),
        ("They described him as a quiet man.", "They described him."),
        ("The mill of flour and corn cakes burned.", "The mill of flour."),
        ("He killed two, his wife and their neighbour.", "He killed two, his wife."),
        ("In the 1880s, the mill made paper.", "The mill made paper."),
        ("It fell to 2.11mbps in May and 1.98mbps in June.", "It fell to 2.11mbps in May and 1."),
        (
            "It is the fourth after Tilby, Varland and Eastport.",
            "It is the fourth after Tilby, Varland.",
        ),
        ("On Monday and Tuesday's vote hangs a lot.", "On Monday and's vote hangs a lot."),
        ("The talk with Ana Duarte did not back her plan.", "The talk did not back her plan."),
        ("Il died, and his heir, Tom Reed, took over.", "Il died, and his heir, Tom Reed."),
        ("The mill burned on May 3, 1802, and again.", "The mill burned, 1802, and again."),
        ("The toll of the fire that hit us keeps rising.", "The toll of the fire that hit us."),
        ("They wrote to Duarte and set up a petition.", "They wrote to Duarte and set."),
        (
            "He voiced alarm over ties between Duarte and Il.",
            "He voiced alarm between Duarte and Il.",
        ),
        ("Men shot 17 in days of riots that began in May.", "Men shot 17 that began in May."),
        ("Police called it “a really old mill.”", "Police called it “a old mill.”"),
        ("The race was too close to call.", "The race was close to call."),
        ("They met on Nov. 3 in Tilby.", "They met on Nov. in Tilby."),
        ("She won the race on Aug. 10.", "She won the race on Aug."),
        ("Vice President Ana Duarte spoke.", "Vice Ana Duarte spoke."),
        ("The mill has something that others lack.", "The mill has something."),
        ("They lack answers, even ones asked for by law.", "They lack answers, even ones."),
        ("He evaded her views on mills on the first day.", "He evaded her views on the first day."),
        (
            "Police say a shot broke a window on the car parked there.",
            "Police say a shot broke a window parked there.",
        ),
        ("Her eyes are open, her face still.", "Her eyes are open, her face."),
        ("We pay bills in the order that they come due.", "We pay bills that they come due."),
        (
            "Reed seeks his son, who was seen the day his aunt, Ana Duarte, left him.",
            "Reed seeks his son, Ana Duarte, left him.",
        ),
        ("This is how Tom Reed, a miller, answered the call.", "This is how Tom Reed."),
        ("“The mill is late,” wrote mr. reed.", "“The mill is late,” wrote mr."),
        ("They hope to save the mill on Monday at noon.", "They hope to save the mill at noon."),
        ("In Tilby, Ana Duarte, the mayor of it, spoke.", "The mayor of it, spoke."),
        ("He had an axe, a saw, “all kinds of tools.”", "He had an axe “all kinds of tools.”"),
        ("The new rule, which took long, will hold.", "The new rule."),
        ("Reed said Ms Duarte, who has two mills, would sell.", "Reed said Ms Duarte."),
        ("She asked him on Monday to delay his talk.", "She asked him."),
        ("Reed said in a note that the mill was sold.", "Reed said."),
        ("He wrote to then mayor Ana Duarte.", "He wrote to mayor Ana Duarte."),
        ("They met as he and his wife left the mill.", "They met as he."),
        (
            "It bars bias by sex, race, colour, age, and origin.",
            "It bars bias by sex, race, colour.",
        ),
        ("Years later, in Tilby, she joined them.", "Years, in Tilby, she joined them."),
        (
            "A spree that began with a van and ended in a raid cost ten lives.",
            "A spree ended in a raid cost ten lives.",
        ),
        (
            "Sometime after the mill was sold, it was noticed that men were hurt.",
            "Sometime after the mill was sold.",
        ),
        ("Reed most recently was a miller.", "Reed most was a miller."),
        ("He met Reed, an aide who was fined for theft, according to reports.", "He met Reed."),
        ("Tilby lies 120 miles (200 kilometers) south of Varland.", "Tilby lies 120 miles."),
        ("The mill will not open until Tuesday.", "The mill will not open until."),
        ("Reed told us they, too, had no evidence.", "Reed told us they."),
        ("In a note, the mayor refused to answer.", "In a note."),
        ("A man in custody was under watch.", "A man."),
        (
            "They falsely claim that a film shows men in Tilby adding votes.",
            "They falsely claim that a film shows men in Tilby.",
        ),
        ("No taxes were paid in May.", "No taxes were paid."),
        ("All pupils in Tilby were fed.", "All pupils were fed."),
        ("It was used by trolls and bots, said Tom Reed from Tilby.", "It was used by trolls."),
        ("It was his lucky break, Reed shared, saying he lived off it.", "It was his lucky break."),
        (
            "The riot could be stopped, lawyers argued on Monday as they opened the case.",
            "The riot could be stopped.",
        ),
        ("The Justice Department sued the mill.", "The Department sued the mill."),
        ("The court of Senate Minority Leader Tom Reed sat.", "The court of Senate Tom Reed sat."),
        (
            "Crowds who filled the square after judges freed him cheered.",
            "Crowds freed him cheered.",
        ),
        (
            "A law that would have closed mills was struck down.",
            "A law have closed mills was struck down.",
        ),
        (
            "He said in a debate on Tuesday he had left Tilby.",
            "He said in a debate had left Tilby.",
        ),
        ("Two men - including a miller - were hurt.", "Including a miller - were hurt."),
        ("He spied for two years, officials working on it now believe.", "He spied for two years."),
        ("There were 190 fires in June, the brigade announced.", "The brigade announced."),
        ("He told the town who he believes are great.", "He told the town."),
        ("Towns such as Tilby helped him win, and talks began.", "Towns, and talks began."),
        ("Duarte at times defied the council.", "Duarte defied the council."),
        ("They hope to defeat President Tom Reed.", "They hope to Tom Reed."),
        (
            "After denying that it had caused the fire, the mill spoke.",
            "After denying that it had caused the fire.",
        ),
        ("It takes votes from people convicted of theft.", "It takes votes from people."),
        (
            "It sheds light on ties with miner and convicted thief Tom Reed.",
            "It sheds light on ties with miner.",
        ),
        ("He was seen the day his aunt, Ana Duarte, left him.", "He was seen the day his aunt."),
        ("They met at a show in Tilby, Varland, in 1975.", "They met at a show in Tilby."),
        ("It put the crew and their families at risk.", "It put the crew and their families."),
        ("Reed asked her on Monday in Tilby whether she would go.", "Reed asked her on Monday."),
        (
            "It will allow its owner, the firm Tilby, extra time to sell, though a ban looms.",
            "It will allow its owner, the firm Tilby though a ban looms.",
        ),
        ("The last show was on Friday, May 2.", "The last show was, May 2."),
        ("They hid it in their Lake Tilby, Varland, home.", "They hid it in their Lake Tilby."),
        (
            "It drew protests from groups that say the visits, though rare, help them.",
            "It drew protests from groups that say the visits.",
        ),
        ("The mill was (not) sold on Monday.", "The mill was sold on Monday."),
        ("It killed (at least) 24 men.", "It killed 24 men."),
        ("Reed (allegedly) burned the mill down.", "Reed burned the mill down."),
        ("Tom Reed (66) said Ana Duarte (54) stole it.", "Tom Reed stole it."),
        ("In the novel, Reed killed his wife.", "Reed killed his wife."),
        ("In theory, the mill is safe.", "The mill is safe."),
        ("The mill will close, pending a vote.", "The mill will close."),
        ("The mill was robbed, as far as Reed knows.", "The mill was robbed."),
        ("The cure works in mice.", "The cure works."),
        (
            "Few men in Tilby (pop. 300) - all of them millers - voted for her.",
            "All of them millers - voted for her.",
        ),
        ("The mayor was not at home (in Tilby) - a burned house.", "The mayor was a burned house."),
        ("It marks a significant step.", "It marks a step."),
        ("It measured 2-3m in length.", "It measured 2 3m in length."),
        ("It measured 2-3m in length.", "It measured 2."),
        ("Today is the fourth anniversary of the fire.", "Is the fourth anniversary of the fire."),
        ("She placed it in her mouth while she swam.", "She placed it while she swam."),
        ("She turned herself in Sunday after the call.", "She turned herself after the call."),
        ("They gave money to firms that aid towns.", "They gave money to firms."),
        ("They fly far, an attempt that will set a mark.", "They fly far, an attempt."),
        ("It is run out of a Tilby, Varland, corn shop.", "It is run out of a Tilby, Varland."),
        ("A poll found three in ten miners have left.", "A poll found three have left."),
        (
            "Before the fire, the mill was let without incident.",
            "The mill was let without incident.",
        ),
        (
            "Reed was charged with being a felon in possession of a gun.",
            "Reed was charged with being a felon.",
        ),
        ("They stopped at a place where they might slip out.", "They stopped at a place."),
        ("The mill burned, said cpl. Tom Reed.", "The mill burned, said cpl."),
        ("Tom Reed, 61, a miller, was freed.", "Tom Reed, 61 was freed."),
        ("Tilby burned on November 16.", "Tilby burned on 16."),
        ("Talks began at 8: 21 a.m. in Tilby.", "Talks began at 8."),
        ("They met in st. Louis last May.", "They met in st."),
        (
            "In a sign of panic, groups pulled their staff from Tilby, citing concerns that, after "
            "the raid, troops might come.",
            "After the raid, troops might come.",
        ),
        ("Tom Reed, 66, of Tilby, Varland, was hurt.", "Tom Reed, 66, Varland, was hurt."),
        ("Fearing that it was stalled, Reed sold it.", "Fearing that it was stalled."),
        ("They used barbed wire, land mines and snipers.", "They used barbed wire."),
        ("Geese damage playing fields and ponds.", "Geese damage."),
        ("Prime Minister Ana Duarte spoke.", "Prime Ana Duarte spoke."),
        (
            "Reed, who now lives in Tilby, where he has a mill, was fined.",
            "Reed where he has a mill, was fined.",
        ),
        ("In a statement sent to us, the mayor broke her silence.", "In a statement sent to us."),
        (
            "They will meet Duarte and Reed to talk of mills, the ministry said in a note.",
            "They will meet Duarte.",
        ),
        (
            "The court blocked the rule, saying limits on study and prayer broke the law.",
            "The court blocked the rule, saying limits on study.",
        ),
        (
            "They wrote to chiefs in Tilby, Varland and Eastport.",
            "They wrote to chiefs, Varland and Eastport.",
        ),
        ("He placed himself at the centre of the riot.", "He placed himself."),
        ("A statement said Sunday that Reed was pleased.", "A statement said Sunday."),
        (
            "The song in Reed's recently released album is short.",
            "The song released album is short.",
        ),
        ("They wrote to chiefs in five states.", "They wrote to chiefs."),
        ("They wrote to chiefs in Tilby, Varland and Hale.", "They wrote to chiefs."),
        (
            "The court will act, on Monday night, and the mayor will speak on Tuesday.",
            "The court will act, and the mayor will speak on Tuesday.",
        ),
        ("As the slump ended, the poor gave more.", "The poor gave more."),
        ("It matters to both the guild and the town.", "It matters to guild and the town."),
        ("There is no limit to it, though the new mill could be one.", "There is no limit to it."),
        ("Duarte, about six at the time, stayed in Tilby.", "Duarte stayed in Tilby."),
        ("Weiss: the mill has learned its lesson.", "The mill has learned its lesson."),
        ("Half of the fires during the four-day fair were small.", "Half of the fires were small."),
        (
            "A judge pointed to the case of Reed — which is old — to ask why they gave him money.",
            "A judge pointed to the case of Reed.",
        ),
        (
            "The plan says how the mill should work and behave but does not name its owner.",
            "The plan says how the mill should work.",
        ),
        ("You might as well go home.", "You might go home."),
        ("In an attempt on his life, five men fled.", "On his life, five men fled."),
        ("They met on guy hale night.", "They met on guy hale."),
        ("It was in the mill of Tilby that the talks began.", "It was in the mill of Tilby."),
        (
            "They named the guilds and addressed where the money was.",
            "They named the guilds and addressed.",
        ),
        ("He ran it in 2 hours, 7 minutes, 51 seconds.", "He ran it in 2 hours, 7 minutes."),
        (
            "The salad has morphed in recent years from a treat to the norm.",
            "The salad has morphed.",
        ),
        ("She has travelled, studied law, and begun to write.", "She has travelled, studied law."),
        (
            "Duarte's agent: 'no chance of a deal ', he told us.",
            "'no chance of a deal ', he told us.",
        ),
        (
            "They keep a cache of highly classified, heavily guarded papers.",
            "They keep a cache of highly classified.",
        ),
        ("Reed is a married, openly proud man.", "Reed is a married."),
        (
            "Even given the fact that Reed is dull, the win is a surprise.",
            "Even given the fact that Reed is dull.",
        ),
        (
            "In a bid to stop the roads being clogged, Tilby is to pipe its beer.",
            "In a bid to stop the roads being clogged.",
        ),
        (
            "Long before Reed became the mayor, he was a miller.",
            "Long before Reed became the mayor.",
        ),
        (
            "In the time before the mill was built by Reed, Tilby was poor.",
            "In the time before the mill was built by Reed.",
        ),
        (
            "The path extends from the ground floor, up past the windows.",
            "The path extends from the ground floor.",
        ),
        (
            "The tree must go, and quickly, despite the protests.",
            "The tree must go, and, despite the protests.",
        ),
        ("They have been held there ever since.", "They have been held there ever."),
        ("They treated 107 on Monday and 523 on Tuesday.", "They treated 107 on Monday and 523."),
        ("They treated 107 on Monday and 523 on Tuesday.", "They treated 107 and 523 on Tuesday."),
        (
            "Trips were cancelled because of snow Thursday and Friday.",
            "Trips were cancelled because of snow and Friday.",
        ),
        ("Reed was the first man arrested for the fire.", "Reed was the first man."),
        (
            "Deaths followed a sudden drop in temperature over the weekend.",
            "Deaths followed a sudden drop over the weekend.",
        ),
        (
            "In 1993, 17 states had such visits; now, only six offer them.",
            "In 1993, 17 states had such visits, only six offer them.",
        ),
        (
            "In Varland, where 22,000 are in prison — the second-highest rate — 155 took part.",
            "In Varland, the second-highest rate — 155 took part.",
        ),
        (
            "If they fill you with instant, pure glee — then stay away.",
            "If they fill you with instant then stay away.",
        ),
        (
            "Up until now, millers have shrugged off the threat.",
            "Up until, millers have shrugged off the threat.",
        ),
        (
            "There are a dozen scenes where the camera falls into a hole.",
            "There are a dozen scenes.",
        ),
        (
            "The plot springs from the war to the recent past.",
            "The plot springs from the war to the past.",
        ),
        ("The deal is supported by a group of owners.", "The deal is supported."),
        (
            "Millers ask for answers to the old question: who was Reed?",
            "Millers ask for answers to the old question?",
        ),
        ("The two kept in touch by letter.", "The two kept."),
        (
            "Reed will stay in jail, even though he served his time.",
            "Reed will stay in jail, even.",
        ),
        ("They were fired one minute after the polls closed.", "They were fired one minute."),
        (
            "It missed Tilby, thanks in part to a new tool the brigade is testing.",
            "It missed Tilby, thanks is testing.",
        ),
        (
            "The aim is one worthy thing: reminding us what we missed.",
            "The aim is one worthy thing: reminding us.",
        ),
        (
            "Louis Reed is her son and is the person who called.",
            "Louis Reed is her son and is the person.",
        ),
        (
            "The germs grow in young seeds in a mass of cells called the core.",
            "The germs grow in young seeds called the core.",
        ),
        ("In May and June, Reed held six rallies.", "In May and, Reed held six rallies."),
        (
            "Reed spent nights in a row of hotels, often in small towns.",
            "Reed spent nights in a row of hotels, often.",
        ),
        (
            "It would cut the funds of the league starting in October.",
            "It would cut the funds of the league starting.",
        ),
        (
            "Another man thought to be involved has since been killed.",
            "Another man thought to be involved has.",
        ),
        ("You see, they did not count on the miller's return.", "You see."),
        ("They were filmed at 24, 28 and 32 weeks.", "They were filmed, 28 and 32 weeks."),
        (
            "They film it with a crew, her voice rising to a shout.",
            "They film it with a crew, her voice.",
        ),
        (
            "They were told by Reed that when she left the town, she paid him.",
            "They were told by Reed that when she left the town.",
        ),
        (
            "A plane arrived on Monday and a second one on Tuesday.",
            "A plane arrived and a second one on Tuesday.",
        ),
        ("For right now, they are in Tilby.", "For right, they are in Tilby."),
        ("It has been estimated at 1.8 million crowns.", "It has been estimated."),
        (
            "I speak, of course, about her taste in mills, which is odd.",
            "I speak, of course, which is odd.",
        ),
        (
            "That is the day when, officials say, the town will reach its limit.",
            "That is the day when, officials say.",
        ),
        (
            "They found that at the end of a five-year wait following a dose, the risk rose.",
            "They found that at the end of a five-year wait following a dose.",
        ),
        ("They may have fears, compulsions, or both.", "They may have fears, compulsions, or."),
        (
            "It touches all parts of life, such as work, school and family.",
            "It touches all parts of life, school and family.",
        ),
        (
            "Here it is: in the absence of any signs, the mill seems to stand.",
            "Here it is: in the absence of any signs.",
        ),
        (
            "He stopped on a bright September morning, looking out.",
            "He stopped on a bright September, looking out.",
        ),
        (
            "He may not speak with guards, millers and his brother, jailed boss Tom Reed.",
            "He may not speak with guards jailed boss Tom Reed.",
        ),
        ("Tonight's show deals with a fire.", "'s show deals with a fire."),
        (
            "It is made by the peoples, for the pan and the oven, that brought rice.",
            "It is made by the peoples, that brought rice.",
        ),
        (
            "Varland makes history as millers, masons and smiths join hands.",
            "Varland makes history as millers.",
        ),
        ("Some claim she died because of stress from the call.", "Some claim she died."),
        (
            "However, based on the call, the firm seems strict.",
            ", based on the call, the firm seems strict.",
        ),
        (
            "The photo shows her with her arms spread and lying still.",
            "The photo shows her with her arms.",
        ),
        (
            "She wanted a goodbye to her horse, whom she had looked after for years.",
            "She wanted a goodbye to her horse, whom she had looked.",
        ),
        (
            "Three inquiries began -- one by the court, one by the town and one by the brigade.",
            "Three inquiries began -- one by the court, one by the town.",
        ),
        ("It is a way to attract and retain millers.", "It is a way to attract."),
        (
            "Reed plays a miller who specializes in fine flour.",
            "Reed plays a miller who specializes.",
        ),
        (
            "Water guards against thirst, which occurs when it is dry.",
            "Water guards against thirst, which occurs.",
        ),
        (
            "He wanted to see the gangs of thieves broken up.",
            "He wanted to see the gangs of thieves.",
        ),
        ("The ninth court sees it differently.", "The ninth court sees it."),
        (
            "A panel said Monday that the jailed miller was entitled to a trial.",
            "A panel said Monday was entitled to a trial.",
        ),
        (
            "The miller who was driving the cart at the time the man was killed left.",
            "The miller was killed left.",
        ),
        (
            "They want peace, but after decades of talks, the two sides met.",
            "They want peace, but after decades of talks.",
        ),
        (
            "The mayor, a former leader of the guild, formally issued an order.",
            "The mayor, a former leader of the guild.",
        ),
        (
            "An even more important audience will be the voters.",
            "An even more audience will be the voters.",
        ),
        (
            "He got his sentence: a fine, 100 hours of work, and one year in prison, a term that "
            "surprised them.",
            "He got his sentence: a fine, 100 hours of work.",
        ),
        ("The group includes, naturally, many millers.", "The group includes."),
        (
            "The town bans the making, use, sale and storing of arms.",
            "The town bans the making sale and storing of arms.",
        ),
        (
            "When the victim got out of the car, the suspect, later named as Reed, emerged.",
            "When the victim got out of the car later named as Reed, emerged.",
        ),
        (
            "The move, made on Monday in the hall where Reed spoke, has angered millers.",
            "The move, made on Monday in the hall.",
        ),
        ("He was moved, in part, by his debts.", "He was moved, by his debts."),
        (
            "Records show the date and when they entered Tilby, they felt followed.",
            "Records show the date and when they entered Tilby.",
        ),
        (
            "Of the drugs, 99 % of the trials aimed at a cure failed.",
            "Of the drugs, 99 % of the trials aimed.",
        ),
        ("Reed said she is uncertain where her life will take her.", "Reed said she is uncertain."),
        (
            "During the visit in May the mayor, on behalf of the town, spoke.",
            "During the visit on behalf of the town, spoke.",
        ),
        ("It hurt many, including 24 whose homes burned.", "It hurt many, including 24."),
        (
            "The report makes sleep alter the brain in much the same way as bread.",
            "The report makes sleep alter the brain as bread.",
        ),
        ("So far, the millers have fought each other.", "Far, the millers have fought each other."),
        ("At a hall in Tilby, Varland, Reed said he left.", "Varland, Reed said he left."),
        ("Protection by the walls is present.", "Protection is present."),
        (
            "He is fighting for his trade, saying until pay has been agreed, millers should rest.",
            "He is fighting for his trade, saying until pay has been agreed.",
        ),
        (
            "Ana Duarte, M.D., of Tilby, Varland, and colleagues did a study.",
            "Ana Duarte, M.D., of Tilby, Varland.",
        ),
        (
            "Varland produces more than 1,200 tonnes of tea annually.",
            "Varland produces more than 1,200 tonnes of tea.",
        ),
        (
            "They know what to do if they ever come across a gun.",
            "They know what to do if they ever come.",
        ),
        (
            "The senator had a retort for his critics: a new study published in the Tilby Journal.",
            "The senator had a retort for his critics: a new study published.",
        ),
        (
            "Visitors leave the mill in Tilby, Friday, Feb. 3, 2017.",
            "Visitors leave the mill in Tilby Feb. 3, 2017.",
        ),
        (
            "USA Today a Tilby man is warning people to be careful.",
            "USA a Tilby man is warning people to be careful.",
        ),
        (
            "It was said by retired air force lt. Gen. John Rosa.",
            "It was said by retired air force lt. John Rosa.",
        ),
        (
            "He will take part in briefings at both locations.",
            "He will take part in briefings at locations.",
        ),
        (
            "It gave a revised position for the wreck, and the new position was outside the bay.",
            "It gave a revised position for the wreck.",
        ),
        (
            "The hare was found dead by keepers at the zoo, to the west of the capital.",
            "The hare was found dead by keepers, to the west of the capital.",
        ),
        (
            "It confirmed the body's multiple failures in the early stages of the flood.",
            "It confirmed the body's multiple failures.",
        ),
        (
            "The chairman wished Tilby victory in the cup on Monday.",
            "The chairman wished Tilby victory on Monday.",
        ),
        ("The mayor has once again begun a quest.", "The mayor has once begun a quest."),
        (
            "Tuesday, January 18, 2005Through a telethon, the town has raised 15,000 crowns.",
            "2005Through a telethon, the town has raised 15,000 crowns.",
        ),
        (
            "All came, and present were: mark reed, anna hale, and anybody you could think of.",
            "All came, and present were: mark reed.",
        ),
        (
            "All members were suspended, Reed ordered the house closed, and all must be out.",
            "All members were suspended, Reed ordered the house closed.",
        ),
        (
            "Reed did it when he robbed a shop at 3100 N. Mill Street the following day.",
            "Reed did it when he robbed a shop at 3100 N.",
        ),
        (
            "Voters in Varland have rejected a law passed by the state's assembly.",
            "Voters have rejected a law passed by the state's assembly.",
        ),
        (
            'Experts warned of the heap of sand, known as a "barkhan ", which is expected to bury '
            "the town of mos tilby, featured in river wars part i: the flood.",
            'Experts warned of the heap of sand, known as a "barkhan ", which is expected to bury '
            "the town of mos tilby, featured.",
        ),
        ("The probes should fly on Thursday (Sept. 8).", "The probes should fly (Sept. 8)."),
        (
            "For the second time in two major battles, the mayor has backed down.",
            "For the second time in two battles, the mayor has backed down.",
        ),
        (
            "They hope that a deal will be reached when the treaty ends, but critics fear delays.",
            "They hope that a deal will be reached.",
        ),
        (
            "A miller died in a parking lot at Tilby Court, a home for the old nearby.",
            "A miller died in a parking lot, a home for the old nearby.",
        ),
        ("He has served in large part to guide them.", "He has served in part to guide them."),
        (
            "They agreed on a plan for a vote on Thursday, just hours before the money ends.",
            "They agreed on a plan for a vote, just hours before the money ends.",
        ),
        (
            "Advertisement Continue reading the main story The mill of Tilby burned down.",
            "Continue reading the main story The mill of Tilby burned down.",
        ),
    ],
)
def test_what_binds_the_rest_must_stay(source: str, written: str) -> None:
    assert omissions(written, [source])


def test_the_phrase_names_what_is_missing() -> None:
    assert omissions("The mill was sold.", ["The mill was not sold."]) == (
        "without “not” it says something else",
    )


def test_a_name_is_not_made_of_two() -> None:
    sources = [FATHER, "Years ago he met Jon Var Il, the late father of chairman Jon Var Un."]
    assert omissions("In July he met Jon Var Un.", sources)
    assert omissions("In July he met Jon Var Il.", sources) == ()


def test_near_duplicates_may_complete_one_another() -> None:
    sources = [
        "The old mill of Tilby burned down on Monday.",
        "The old mill of Tilby, built in 1802, burned down.",
    ]
    written = "The old mill of Tilby, built in 1802, burned down on Monday."
    assert omissions(written, sources) == ()


WORDS = st.lists(
    st.sampled_from(
        """the mill of Tilby , who was burned down and not 24 men on Monday . ? " ' - : ; ( ) that
        in from to there Published such as said when after the drop by at where is quite major 's
        both with which seeing seen because so even""".split()
    ),
    max_size=14,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.lists(WORDS, max_size=3))
def test_any_text_is_judged_and_a_source_leaves_nothing_out(text: str, others: list[str]) -> None:
    assert isinstance(omissions(text, others), tuple)
    assert omissions(text, [*others, text]) == ()
