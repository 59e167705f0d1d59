using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Agents;

/// <summary>Who leads is heard from other managers, long before a lost leader's pings stay away.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class LeaderWatchTests
{
    private const ulong Term = 5;

    /// <summary>So that no ping and no heartbeat has a part in it.</summary>
    private static readonly TimeSpan NoPing = TimeSpan.FromMinutes(10);

    private Channel<Question> _asked = null!;
    private AgentRig _rig = null!;
    private ScriptedManager _first = null!;
    private ScriptedManager _second = null!;
    private Relay _relay = null!;

    [SetUp]
    public async Task SetUp()
    {
        _asked = Channel.CreateBounded<Question>(100);
        _rig = new AgentRig();
        _first = await _rig.AddManagerAsync();
        _second = await _rig.AddManagerAsync();
        _relay = new Relay(_first.Address);
        _second.Other = AskedAsync;
        _first.Settings = new SessionSettings
        {
            HeartbeatPeriod = NoPing, Term = Term, Managers = [_relay.Address, _second.Address],
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        await _rig.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Test]
    public async Task A_leader_that_is_lost_without_a_word_is_left_as_soon_as_another_leads()
    {
        await ConnectAsync();
        var question = await NextQuestionAsync();
        Assert.That(question.Query, Is.EqualTo($"?{ClusterPaths.AfterTerm}={Term}"));
        _relay.Freeze();

        question.Answer.SetResult(new LeaderNotice { Term = Term + 1, Address = _second.Address });

        await (await _second.SessionAsync()).HearAsync<AgentHello>();
        await _relay.AgentHungUp.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [TestCase(Term)]
    [TestCase(Term - 1)]
    public async Task A_leader_of_no_later_term_is_not_followed(ulong term)
    {
        var session = await ConnectAsync();
        var question = await NextQuestionAsync();

        question.Answer.SetResult(new LeaderNotice { Term = term, Address = _second.Address });

        await NextQuestionAsync();
        await session.SendAsync(Builders.Assignments.Complete(1, Builders.Assignments.Of()));
        await session.HearAsync<AgentStatusReport>();
    }

    [TestCase("")]
    [TestCase("no address")]
    public async Task What_is_no_address_is_not_followed(string address)
    {
        var session = await ConnectAsync();
        var question = await NextQuestionAsync();

        question.Answer.SetResult(new LeaderNotice { Term = Term + 1, Address = address });

        await NextQuestionAsync();
        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_manager_that_cannot_say_who_leads_costs_no_session()
    {
        _second.Other = async context =>
        {
            await _asked.Writer.WriteAsync(new Question(""));
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        };
        var session = await ConnectAsync();
        await NextQuestionAsync();
        await NextQuestionAsync();

        Assert.That(session.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task An_end_of_the_session_ends_the_question_too()
    {
        var session = await ConnectAsync();
        var question = await NextQuestionAsync();

        await _rig.StopAsync();

        await session.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        await question.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task<ManagerSide> ConnectAsync()
    {
        _rig.Start(_relay.Address);
        return await _first.SessionAsync();
    }

    private async Task<Question> NextQuestionAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _asked.Reader.ReadAsync(limit.Token);
    }

    private async Task AskedAsync(HttpContext context)
    {
        Assert.That(context.Request.Path.Value, Is.EqualTo(ClusterPaths.Leader));
        var question = new Question(context.Request.QueryString.Value!);
        context.RequestAborted.Register(() => question.GivenUp.TrySetResult());
        await _asked.Writer.WriteAsync(question);
        var answer = await question.Answer.Task.WaitAsync(context.RequestAborted);
        await context.Response.Body.WriteAsync(MessagePackSerializer.Serialize(answer), context.RequestAborted);
    }

    private sealed record Question(string Query)
    {
        public TaskCompletionSource<LeaderNotice> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
