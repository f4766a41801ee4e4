//! Words that do the same work in a complaint, so that what is learnt of one holds for the others.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The classes of a word.
pub static OF: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut of: HashMap<&str, Vec<&str>> = HashMap::new();
    for (class, members) in CLASSES {
        members.split_whitespace().for_each(|word| of.entry(word).or_default().push(class));
    }
    of
});

const CLASSES: &[(&str, &str)] = &[
    (
        "role",
        "engineer engineers plumber plumbers electrician electricians sparky roofer roofers plasterer plasterers decorator \
         decorators painter painters gardener gardeners groundsman groundsmen cleaner cleaners caretaker caretakers concierge \
         warden wardens fitter fitters installer installers joiner joiners chippy carpenter carpenters glazier glaziers operative \
         operatives workman workmen tradesman tradesmen contractor contractors subcontractor subcontractors surveyor surveyors \
         inspector inspectors assessor officer officers manager managers supervisor supervisors foreman foremen receptionist \
         receptionists adviser advisor advisers advisors handler handlers director directors scheduler planner planners driver \
         drivers builder builders technician technicians scaffolder scaffolders handyman agent agents assistant clerk coordinator \
         executive colleague colleagues apprentice labourer removal movers inspectorate auditor investigator",
    ),
    (
        "team",
        "team teams office offices desk department dept centre helpline line staff crew gang reception company firm services \
         service hotline lot people crowd inbox mailbox hub council association landlord",
    ),
    (
        "person",
        "man men mon woman women lady ladies girl girls lad lads bloke blokes chap chaps fella fellas feller guy guys gentleman \
         gentlemen gent boy boys person fellow youth youngster kid someone somebody anyone anybody one who whoever he she they",
    ),
    ("title", "mr mrs ms miss dr sir madam cllr councillor master prof rev"),
    ("det", "the a an your yer ur our this that these those some any my his her their its one another every each no"),
    (
        "say",
        "said says say saying told tell tells telling asked asks spoke spoken speak speaking talked rang ring ringing rung phoned \
         phone phoning telephoned called calling reported reporting emailed emailing mailed wrote written writing texted contacted \
         messaged complained promised admitted confirmed explained replied answered insisted claimed agreed assured advised \
         informed mentioned chased begged shouted swore laughed shrugged sneered snapped hung apologised refused",
    ),
    (
        "come",
        "came come comes coming turned attended arrived visited showed knocked been went left returned sent send did done fitted \
         installed took looked inspected measured fixed mended worked finished started",
    ),
    ("named", "called named aka"),
    ("loc", "at in on from of with by to for via"),
    ("neg", "no not never nobody none nothing nowt neither nor without hardly barely cannot"),
    ("onset", "since for from after before during until till ago over last this all every past about around nearly almost early mid late"),
    ("began", "started began begun happened broke went stopped failed appeared noticed moved arrived came"),
    (
        "fault",
        "leak leaks leaking leaked drip drips dripping broken broke breaks damp mould mouldy mold black rot rotten rotting cracked \
         crack cracks blocked block flood flooded flooding overflow overflowing smell smells stink stinks stinking cold freezing \
         dead faulty fault loose hanging stuck jammed collapsed sagging peeling rusty burst missing ruined damaged damage stained \
         soaked wet dirty filthy mess rubbish mice rats cockroaches bugs pigeons ants infestation noise noisy hole gap draught \
         draughty dark dangerous unsafe sparks tripping trips boarded smashed vandalised stolen lost wrong incorrect overcharged \
         charged charge twice cancelled missed late delayed delay rude ignored ignoring lied lies",
    ),
    (
        "thing",
        "roof ceiling wall walls window windows door doors floor floorboard stairs stair kitchen bathroom toilet loo sink bath \
         shower tap taps boiler heating radiator radiators pipe pipes gutter gutters drain drains sewage fence gate garden path \
         light lights lift lifts socket sockets electric electrics bins bin rent account charge charges bill repair repairs \
         appointment letter call calls email emails job work works complaint carpet sofa bed room bedroom flat house property \
         cupboard lock key keys fob alarm aerial parking bay",
    ),
    (
        "remedy",
        "fix fixed mend mended repair repaired replace replaced sort sorted put make send come refund refunded pay paid compensate \
         compensation reimburse reimbursed apologise apology apologies explain explanation answer reply respond ring call contact \
         visit inspect look check clean cleaned clear cleared remove removed move moved rehouse finish finished complete completed \
         change changed return cancel cancelled stop reinstate correct rebook book date escalate review reconsider investigate \
         confirm fit fitted treat redecorate meeting",
    ),
    (
        "ask",
        "want wants wanted need needs like love please pls plz kindly expect request require demand ask asking hope wish appreciate \
         grateful obliged glad seek seeking insist could would can will should must let might may",
    ),
    ("me", "i me my we us our mine myself ourselves"),
    ("you", "you your yours yourselves u ur yer yous ye"),
    ("third", "he she they him her them his their it its"),
    (
        "good",
        "good great brilliant lovely nice pleased happy kind polite helpful fair thank thanks cheers grateful delighted excellent \
         fantastic decent super mannered courteous wonderful",
    ),
    (
        "feel",
        "disappointed unhappy dissatisfied disgusted angry fed upset frustrated appalled furious disgraceful unacceptable \
         ridiculous shocking joke poor terrible awful dreadful shameful insult insulting insulted unfair patronised humiliated \
         embarrassed worried scared frightened anxious stressed exhausted",
    ),
    (
        "family",
        "son daughter mother mum mam father dad husband wife partner baby kids children child grandson granddaughter nan gran \
         sister brother aunt uncle friend neighbour neighbours tenant tenants resident residents",
    ),
    ("formal", "complain complaint complaints complaining formal formally stage escalate escalated reference ref review appeal ombudsman"),
    (
        "answer",
        "decision response reply replied answer answered letter finding findings upheld uphold conclude concluded conclusion offer \
         offered report paragraph page investigation outcome",
    ),
    (
        "money",
        "money pounds quid refund compensation bill rent arrears charge charges payment paid pay cost costs fee fine fines debit \
         deposit",
    ),
    ("greet", "hi hello dear hiya morning afternoon evening regards sincerely faithfully thanks cheers yours ta xx x"),
    ("wh", "who what when where why how which whether if because"),
    ("aux", "is are was were be been being am has have had do does did will would can could should must may might"),
    ("num", "one two three four five six seven eight nine ten eleven twelve couple several few many # dozen once twice thrice"),
    (
        "unit",
        "minute minutes hour hours day days night nights week weeks wk wks fortnight month months mth mths year years yrs weekend \
         morning afternoon evening",
    ),
    (
        "month",
        "january february march april may june july august september october november december jan feb mar apr jun jul aug sept sep \
         oct nov dec",
    ),
    (
        "day",
        "monday tuesday wednesday thursday friday saturday sunday mon tues tue weds wed thurs thur fri sat sun today yesterday \
         tomorrow tonight",
    ),
    ("season", "spring summer autumn winter christmas xmas easter halloween ramadan diwali eid advent lent january hogmanay"),
];
