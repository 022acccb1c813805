"""What a build tells the publisher of a version: how its traces came to be, and the conversations to train on."""

from configs.loading import LoadedBuild
from data.records import Message, Problem
from data.traces import Conversation, Provenance
from data.versions import TeacherFacts, VersionFacts
from generators.prompt_mix import PromptMix
from generators.reasoning import join_reasoning
from generators.teacher import Teacher
from verifiers.dispatch import VERIFIER


def facts_of(loaded: LoadedBuild, run_id: str, teacher: Teacher, template: PromptMix) -> VersionFacts:
    """Return what the version's manifest says of its build."""
    config = loaded.config
    return VersionFacts(
        dataset=config.name,
        run_id=run_id,
        verifier=VERIFIER,
        policy=config.verification.policy.model_dump(mode="json"),
        policy_hash=config.verification.policy.policy_hash,
        teacher=TeacherFacts(
            name=teacher.name,
            teacher_id=teacher.teacher_id,
            engine=config.teacher.engine,
            license=config.teacher.license.name,
            allows_training=config.teacher.license.allows_training,
        ),
        prompt_template=template.name,
        prompt_template_hash=template.template_hash,
        sampling=config.sampling.model_dump(mode="json"),
        config=loaded.shown,
        config_hash=loaded.config_hash,
    )


def provenance_of(loaded: LoadedBuild) -> Provenance:
    """Return how the samples were drawn, as each trace says it."""
    sampling = loaded.config.sampling
    return Provenance(temperature=sampling.temperature, top_p=sampling.top_p)


def conversation(
    mix: PromptMix, problem: Problem, prompt_id: str, completion: str, reasoning: str | None
) -> Conversation:
    """Return the conversation to train on: the question as asked, without the worked examples."""
    template = mix.template_of(problem, prompt_id)
    instruction = template.instruct(problem)
    system = [Message(role="system", content=instruction)] if instruction else []
    question = Message(role="user", content=template.ask(problem))
    answer = Message(role="assistant", content=join_reasoning(reasoning, completion))
    return Conversation(template=template.name, messages=(*system, question, answer))
