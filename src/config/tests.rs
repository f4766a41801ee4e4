//! The files of tests/bad-config each show one fault; what is printed for it stands beside them.

use super::*;

fn faults(folder: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    match file::read(name, &text, Path::new("/etc/postroom")) {
        Ok(_) => "no fault\n".into(),
        Err(faults) => faults.iter().map(|f| format!("{f}\n")).collect(),
    }
}

#[test]
fn each_bad_configuration_gives_its_error_with_the_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-config");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".toml") {
            continue;
        }
        let got = faults(&folder, &name);
        let golden = folder.join(name.replace(".toml", ".expected"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&golden, &got).unwrap();
        }
        assert_eq!(got, std::fs::read_to_string(&golden).unwrap_or_default(), "{name}");
        seen += 1;
    }
    assert!(seen >= 15, "only {seen} bad configurations");
}

#[test]
fn the_example_configuration_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/postroom.toml.example");
    let config = load(Some(&path)).unwrap();
    assert_eq!(config.landlords.len(), 1);
    assert!(config.sources.iter().any(|s| matches!(s.kind, SourceKind::Imap(_))));
}

#[test]
fn no_configuration_is_a_working_one() {
    let config = load(None).unwrap();
    assert_eq!(config.landlords[0].policy, "code");
    assert_eq!(config.sources[0].letters_from, LettersFrom::All);
    assert!(matches!(config.courier, Courier::Folder { .. }));
}

#[test]
fn a_mailbox_is_not_answered_backwards_unless_asked() {
    let text = "[[source]]\nname='a'\nkind='imap'\nhost='m.example'\nuser='u'\npassword_file='p'\n";
    let config = file::read("x", text, Path::new("/etc")).unwrap();
    assert_eq!(config.sources[0].letters_from, LettersFrom::Now);
    let SourceKind::Imap(imap) = &config.sources[0].kind else { panic!("imap") };
    let endpoint = &imap.server.endpoint;
    assert_eq!((endpoint.port, endpoint.tls, &imap.after), (993, crate::tls::Mode::Implicit, &After::Nothing));
    assert_eq!(imap.server.login.as_ref().unwrap().proof, Proof::PasswordFile("/etc/p".into()));
}

#[test]
fn an_account_proves_itself_by_a_token_where_the_provider_wants_one() {
    let text = "data='/var/lib/postroom'\n[[source]]\nname='a'\nkind='imap'\nhost='outlook.office365.com'\nuser='u@l.example'\n[source.oauth2]\n\
                token_url='https://login.microsoftonline.com/t/oauth2/v2.0/token'\nclient_id='c'\nrefresh_token_file='r'\n";
    let config = file::read("x", text, Path::new("/etc")).unwrap();
    let SourceKind::Imap(imap) = &config.sources[0].kind else { panic!("imap") };
    let Proof::Oauth2(set) = &imap.server.login.as_ref().unwrap().proof else { panic!("oauth2") };
    assert_eq!(set.token_url.host(), "login.microsoftonline.com");
    assert_eq!(set.grant, Grant::RefreshToken { file: "/etc/r".into(), kept: "/var/lib/postroom/oauth2/a".into() });
}
