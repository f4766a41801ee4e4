use super::*;

fn read(text: &str) -> Reported {
    let own =
        [Address::parse("office@fixers.example").expect("an address"), Address::parse("complaints@landlord.example").expect("an address")];
    reported(text, &own).unwrap_or_default()
}

fn all(r: &Reported) -> [Option<&str>; 4] {
    [r.name.as_deref(), r.email.as_ref().map(Address::as_str), r.phone.as_deref(), r.address.as_deref()]
}

#[test]
fn labelled_lines() {
    let r = read(
        "Hello\n\nName: Mrs Violet Osei\nAddress: 6 Hope Street\nEmail: violet@inbox.example\nPhone: 07700 900733\n\nShe says the roof leaks.\n\nRegards\nPat\n01632 960001",
    );
    assert_eq!(all(&r), [Some("Mrs Violet Osei"), Some("violet@inbox.example"), Some("07700 900733"), Some("6 Hope Street")]);
    let r = read("Tenant: Mr Ahmet Yildirim\nProperty: 38 Bluebell Way\nTel: 07700 900861\nEmail: none, doesn't use it");
    assert_eq!(all(&r), [Some("Mr Ahmet Yildirim"), None, Some("07700 900861"), Some("38 Bluebell Way")]);
}

#[test]
fn one_line_with_everything() {
    let r = read("Tenant: J Okoro, 07700 900123, 3 Mill Lane; email jo@x.example - says the door is still broken");
    assert_eq!(all(&r), [Some("J Okoro"), Some("jo@x.example"), Some("07700 900123"), Some("3 Mill Lane")]);
}

#[test]
fn a_table_keeps_its_cells_and_rows_apart() {
    for table in [
        "Customer name\tMrs Oyin Bello\nProperty\tFlat 3, 11 Weir Street\nCustomer email\toyin@x.example\nDetails\tLights out since May.",
        "Tenant:\tMrs Oyin Bello\tAddress:\tFlat 3, 11 Weir Street\nEmail:\toyin@x.example",
        "We saw Mrs Oyin Bello\nProperty Flat 3, 11 Weir Street\nEmail oyin@x.example",
    ] {
        assert_eq!(all(&read(table)), [Some("Mrs Oyin Bello"), Some("oyin@x.example"), None, Some("Flat 3, 11 Weir Street")], "{table}");
    }
}

#[test]
fn sentences() {
    let r = read(
        "Mrs Patel at 14 Elm Court rang us about the lift, she is fed up. Her number is 020 7946 0123.\n\nThanks\nJo Bloggs\noffice@fixers.example",
    );
    assert_eq!(all(&r), [Some("Mrs Patel"), None, Some("020 7946 0123"), Some("14 Elm Court")]);
    let r = read(
        "Our electrician Wes attended 77 Weir Street today. The tenant in flat 2, Mr Patrick Nolan, asked him to tell you he is sick of it.",
    );
    assert_eq!(all(&r)[0], Some("Mr Patrick Nolan"));
    let r = read(
        "Hi, spoke to Amina Yusuf of Flat 3, 20 Quay Street, Castlebeck ZZ9 4QT today, amina@mail.example. She wants someone to call.",
    );
    assert_eq!(all(&r), [Some("Amina Yusuf"), Some("amina@mail.example"), None, Some("Flat 3, 20 Quay Street, Castlebeck ZZ9 4QT")]);
}

#[test]
fn notes_as_they_are_typed() {
    for (text, want) in [
        (
            "Call from Mrs D. O'Neill, 12a St Mary's Road, ZZ1 1ZZ. 0161 496 0123.",
            [Some("Mrs D. O'Neill"), None, Some("0161 496 0123"), Some("12a St Mary's Road, ZZ1 1ZZ")],
        ),
        ("Tenant at 22 Mill Street says it is broken. jb22@mail.example", [None, Some("jb22@mail.example"), None, Some("22 Mill Street")]),
        (
            "Resident name: Olu Adeyemi | Address: 9 Fern Drive | Tel: 07700 900321",
            [Some("Olu Adeyemi"), None, Some("07700 900321"), Some("9 Fern Drive")],
        ),
        (
            "spoke with jo at 3 mill lane, 07700 900123, not happy after 2 days in court",
            [None, None, Some("07700 900123"), Some("3 mill lane")],
        ),
        (
            "On behalf of our client Miss Kadie Sesay, 30 Poplar Way, we write",
            [Some("Miss Kadie Sesay"), None, None, Some("30 Poplar Way")],
        ),
        ("Please chase the invoice. Our office is 1 Trade Park, call us on 01632 960555.", [None; 4]),
        ("mrs patel at 14 elm court rang us, lift out again", [Some("Mrs Patel"), None, None, Some("14 elm court")]),
        (
            "had mr john smith on, flat 3 20 quay street, 07700 900123",
            [Some("Mr John Smith"), None, Some("07700 900123"), Some("flat 3 20 quay street")],
        ),
        ("MRS PATEL AT 14 ELM COURT RANG US ABOUT THE LIFT", [Some("Mrs Patel"), None, None, Some("14 ELM COURT")]),
        ("dear mr khan please see the job sheet", [None; 4]),
        ("she will miss her appointment on monday", [None; 4]),
    ] {
        assert_eq!(all(&read(text)), want, "{text}");
    }
}

#[test]
fn the_writers_own_particulars_are_left_alone() {
    let r =
        read("Dear Mr Khan, please see job 4471. Our Mr Smith was there.\n\nKind regards\nJane Doe\nFixers Ltd, 1 Yard Lane\n01632 960123");
    assert_eq!(all(&r), [None; 4]);
    assert_eq!(reported("Two asked: a@x.example and b@x.example", &[]), None);
}
