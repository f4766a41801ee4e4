use super::*;
use proptest::prelude::*;

const STEPS: [Step; 6] = [Step::Stage1Response, Step::OpenStage2, Step::Stage2Response, Step::Close, Step::Withdraw, Step::Reopen];

/// A case on which steps are tried; those that its stage does not allow change nothing.
#[derive(Default)]
struct Story {
    stage: Stage,
    answered: Answered,
    /// How often a stage 2 was opened that was then answered.
    reviews_answered: usize,
}

impl Story {
    fn take(&mut self, step: Step) -> Result<(), WrongStep> {
        self.stage = self.stage.after(step, self.answered)?;
        self.answered = self.answered.after(step);
        self.reviews_answered += usize::from(step == Step::Stage2Response);
        Ok(())
    }
}

#[test]
fn a_complaint_goes_through_two_stages_and_ends() {
    let mut story = Story::default();
    for (step, stage) in [
        (Step::Stage1Response, Stage::Responded),
        (Step::Close, Stage::Closed),
        (Step::OpenStage2, Stage::Stage2),
        (Step::Stage2Response, Stage::Final),
        (Step::Close, Stage::Closed),
    ] {
        story.take(step).unwrap();
        assert_eq!(story.stage, stage);
    }
    assert_eq!(story.take(Step::OpenStage2), Err(WrongStep { stage: Stage::Closed, step: Step::OpenStage2 }), "no third stage (Code 5.3)");
    story.take(Step::Reopen).unwrap();
    assert_eq!(story.stage, Stage::Final);
}

#[test]
fn what_cannot_be_says_so() {
    let wrong = Stage::Stage1.after(Step::Stage2Response, Answered::default()).unwrap_err();
    assert_eq!(wrong.to_string(), "a case that is stage1 cannot take the step Stage2Response");
    let unanswered = Answered::default();
    assert!(Stage::Closed.after(Step::OpenStage2, unanswered).is_err(), "closed before its answer: a person opens it again first");
    assert!(Stage::Withdrawn.after(Step::OpenStage2, Answered { stage1: true, stage2: false }).is_err());
}

#[test]
fn stage_2_is_somebody_elses() {
    let kim = Some("Kim Rowe");
    assert_eq!(may_handle(Stage::Stage2, kim, " kim ROWE "), Err(SamePerson("kim ROWE".into())), "Code 6.13");
    assert_eq!(may_handle(Stage::Stage2, kim, "Sam Okoro"), Ok(()));
    assert_eq!(may_handle(Stage::Stage1, kim, "Kim Rowe"), Ok(()));
    assert_eq!(may_handle(Stage::Stage2, None, "Kim Rowe"), Ok(()));
}

proptest! {
    #[test]
    fn no_steps_lead_to_a_third_stage(steps in proptest::collection::vec(0_usize..6, 0..60)) {
        let mut story = Story::default();
        for step in steps {
            let before = (story.stage, story.answered);
            if story.take(STEPS[step]).is_err() {
                prop_assert_eq!((story.stage, story.answered), before, "a wrong step changes nothing");
            }
            prop_assert!(story.reviews_answered <= 1, "the final response is final (Code 5.3)");
            prop_assert!(before.1.stage1 <= story.answered.stage1 && before.1.stage2 <= story.answered.stage2, "an answer stays given");
            prop_assert!(!story.answered.stage2 || story.stage != Stage::Stage2 && story.stage != Stage::Stage1 && story.stage != Stage::Responded);
            if matches!(before.0, Stage::Closed | Stage::Withdrawn) && story.stage != before.0 {
                let alone = matches!(STEPS[step], Step::Reopen) || STEPS[step] == Step::OpenStage2 && before.1.stage1 && before.0 == Stage::Closed;
                prop_assert!(alone, "a person reopens, or a request for stage 2 after its answer");
            }
        }
    }
}
