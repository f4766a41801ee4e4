use super::*;
use crate::message::line::Mark;

fn text(html: &str) -> String {
    to_lines(html).iter().map(|l| format!("{}{}", "> ".repeat(l.depth), l.text)).collect::<Vec<_>>().join("\n")
}

#[test]
fn paragraphs_breaks_and_spaces() {
    assert_eq!(text("<p>One\n  two</p><p>Three<br>four&nbsp;&amp;&#8217;</p>"), "One two\n\nThree\nfour &’");
    assert_eq!(text("<div>a</div><div><br></div><div>b</div>"), "a\n\nb");
    assert_eq!(text("<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>"), "a\n\nb");
    assert_eq!(text("no <b>heat</b>ing <i>at</i> all"), "no heating at all");
}

#[test]
fn what_is_not_shown_is_not_read() {
    assert_eq!(
        text(
            "<head><title>t</title><style>p{}</style></head><body><div style='display:none'>pre<p>header</p></div><script>x<y</script>a<!-- b --><!--[if mso]>c<![endif]-->d</body>"
        ),
        "ad"
    );
    assert_eq!(
        text("<span style='font-size:0px'>x</span><table style='font-size:0'><tr><td style='font-size:14px'>y</td></tr></table>"),
        "y"
    );
}

#[test]
fn an_open_head_hides_nothing() {
    assert_eq!(text("<html><head><meta x><title>t</title><body>a"), "a");
    assert_eq!(text("<head><style>p{}</style><div>a</div>"), "a");
    assert_eq!(text("<head>a"), "a");
    assert_eq!(text("<xml/>a<svg/>b"), "ab");
}

#[test]
fn tables_and_lists() {
    assert_eq!(
        text("<table><tr><th>Date</th><th>Job</th></tr><tr><td><p>1 May</p></td><td><p>None came</p></td></tr></table>"),
        "Date\tJob\n1 May\tNone came"
    );
    assert_eq!(text("<ol><li>one<li>two</ol><ul><li><p>three</p></li></ul>"), "1. one\n2. two\n- three");
}

#[test]
fn links_show_where_they_go_only_when_it_helps() {
    assert_eq!(
        text("<a href='https://x.example/form'>this form</a> and <a href='https://x.example/'>x.example</a>"),
        "this form <https://x.example/form> and x.example"
    );
    assert_eq!(
        text("<a href='mailto:jo@x.example'>jo@x.example</a> <a href='mailto:al@x.example'>Al</a>"),
        "jo@x.example Al <al@x.example>"
    );
}

#[test]
fn quotations_have_depth_and_answers_between_have_none() {
    let html = "<div>top</div><div class=gmail_quote><div class=gmail_attr>On Monday Jo wrote:</div><blockquote class=gmail_quote>q1<blockquote type=cite>q2</blockquote></blockquote><div>between</div><blockquote class=gmail_quote>q3</blockquote></div>";
    assert_eq!(text(html), "top\nOn Monday Jo wrote:\n> q1\n> > q2\nbetween\n> q3");
    assert_eq!(to_lines(html)[1].mark, Mark::Attribution);
}

#[test]
fn outlooks_marks() {
    let lines = to_lines("<div>a</div><div id=x_divRplyFwdMsg><b>From:</b> Jo<br><b>Sent:</b> today</div>");
    assert_eq!((lines[1].mark, lines[2].mark), (Mark::HistoryStart, Mark::Words));
    let lines = to_lines("a<div id=Signature>Jo</div>");
    assert_eq!(lines[1].mark, Mark::Signature);
}

#[test]
fn stray_and_missing_end_tags() {
    assert_eq!(text("</div>a<p>b<p>c</blockquote></table>d"), "a\n\nb\n\ncd");
    assert_eq!(text("<table><tr><td><blockquote>q</td><td>w</table>x"), "> q\nw\nx");
}

#[test]
fn monsters_take_no_time_and_no_stack() {
    let deep = "<blockquote><div>".repeat(20_000) + "x" + &"</div></blockquote>".repeat(20_000);
    assert!(to_lines(&deep).iter().any(|l| l.text == "x"));
    let wide: String = "<p ".to_string() + &(0..60_000).map(|i| format!("a{i} ")).collect::<String>() + ">x";
    assert!(to_lines(&wide).len() <= 1);
    let cells = "<table><tr><td>".repeat(10_000);
    assert!(to_lines(&cells).is_empty());
    let stray = "<i>".repeat(300) + &"</u></p></b>".repeat(20_000);
    assert!(to_lines(&stray).len() < 10);
}
